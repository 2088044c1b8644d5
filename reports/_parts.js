"use strict";
// What the report and the dashboard share: boxes to copy, and drawings of runs for mouse and keyboard.
const parts = (() => {
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  let forget = 0;
  const say = (text) => {
    const status = document.querySelector(".status");
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
  document.addEventListener("click", (event) => {
    const button = event.target.closest(".copied button");
    if (button) copy(button.closest(".copied").querySelector("code"));
  });

  const items = (drawing) => all(".item", drawing).filter((item) => !item.closest("[hidden]"));
  const tell = (drawn, text) => { drawn.querySelector(".told code").textContent = text; };
  for (const kind of ["pointerenter", "click", "focus"]) {
    document.addEventListener(kind, (event) => {
      const item = event.target.closest?.(".drawn .item");
      if (item) tell(item.closest(".drawn"), item.getAttribute("aria-label"));
    }, true);
  }
  // One item of a drawing is reached with Tab, the others from there with the arrow keys.
  const stop = (drawing, item) => {
    for (const other of all(".item", drawing)) other.setAttribute("tabindex", other === item ? "0" : "-1");
  };
  document.addEventListener("keydown", (event) => {
    const drawing = event.target.closest?.(".drawn svg");
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!drawing || !step) return;
    const visible = items(drawing);
    const next = visible[visible.indexOf(document.activeElement) + step];
    if (!next) return;
    event.preventDefault();
    stop(drawing, next);
    next.focus();
  });

  // Show what needs this script, and take away the browser's own tips, which repeat the line below a drawing.
  const prepare = () => {
    for (const element of all(".copied button[hidden], .told[hidden]")) element.hidden = false;
    for (const title of all(".item > title")) title.remove();
    for (const drawing of all(".drawn svg[role=group]")) {
      if (!drawing.querySelector('.item[tabindex="0"]')) stop(drawing, items(drawing)[0]);
    }
  };
  prepare();
  return { all, items, prepare, stop, tell };
})();
