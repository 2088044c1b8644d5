(() => {
  const { all, items, stop, tell } = parts;
  const open = (name) => {
    const target = name && document.getElementById(name);
    for (let box = target && target.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    if (target) target.scrollIntoView();
  };
  addEventListener("hashchange", () => open(location.hash.slice(1)));
  open(location.hash.slice(1));

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = all("details:not([open])");
    for (const box of folded) box.open = true;
  });
  addEventListener("afterprint", () => { for (const box of folded) box.open = false; });

  const drawing = document.querySelector(".lanes");
  if (!drawing) return;
  const filters = all("select[data-by]");
  const lanes = all(".lane", drawing);
  const [, , width] = drawing.getAttribute("viewBox").split(" ");
  const kept = (element) => filters.every(({ dataset, value }) => value === "" || element.dataset[dataset.by] === value);
  const apply = () => {
    let y = Number(drawing.dataset.top);
    let count = 0;
    for (const lane of lanes) {
      lane.toggleAttribute("hidden", !kept(lane));
      if (!kept(lane)) continue;
      lane.setAttribute("transform", `translate(0 ${y})`);
      y += Number(lane.dataset.height);
      count += all(".run", lane).length;
    }
    drawing.setAttribute("viewBox", `0 0 ${width} ${y}`);
    for (const line of all(".full", drawing)) line.setAttribute("y2", y);
    tell(drawing.closest(".drawn"), count ? `${count} runs shown.` : "No run of this instance is of this revision.");
    stop(drawing, items(drawing)[0]);
  };
  for (const filter of filters) filter.addEventListener("change", apply);
  document.querySelector(".filters").hidden = false;
})();
