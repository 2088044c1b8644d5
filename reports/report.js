
"use strict";
(() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const status = document.querySelector(".status");
  let forget = 0;
  const say = (text) => {
    status.textContent = text;
    clearTimeout(forget);
    forget = setTimeout(() => { status.textContent = ""; }, 2500);
  };

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    getSelection().removeAllRanges();
    getSelection().addRange(range);
  };
  const copy = async (element) => {
    try {
      await navigator.clipboard.writeText(element.textContent);
      say("Copied");
    } catch {
      select(element);
      say(document.execCommand("copy") ? "Copied" : "Selected: copy it with the keyboard");
    }
  };
  for (const box of all(".copied")) {
    const button = box.querySelector("button");
    button.hidden = false;
    button.addEventListener("click", () => copy(box.querySelector("code")));
  }

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
  const told = document.querySelector(".told code");
  const items = all(".item", drawing);
  const tell = (item) => { told.textContent = item.getAttribute("aria-label"); };
  for (const item of items) {
    const title = item.querySelector("title");
    if (title) title.remove();
    item.addEventListener("pointerenter", () => tell(item));
    item.addEventListener("click", () => tell(item));
    item.addEventListener("focus", () => tell(item));
  }
  document.querySelector(".told").hidden = false;

  const shown = () => items.filter((item) => !item.closest("[hidden]"));
  const stop = (item) => {
    for (const other of items) other.setAttribute("tabindex", other === item ? "0" : "-1");
  };
  drawing.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const visible = shown();
    const next = visible[visible.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    stop(next);
    next.focus();
  });

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
    told.textContent = count ? `${count} runs shown.` : "No run of this instance is of this revision.";
    stop(shown()[0]);
  };
  for (const filter of filters) filter.addEventListener("change", apply);
  document.querySelector(".filters").hidden = false;
  stop(items[0]);
})();
