(() => {
  const { all, prepare } = parts;
  const page = document.getElementById("page");
  const connection = document.getElementById("connection");
  const age = document.getElementById("age");
  const news = document.getElementById("news");
  // Nothing was heard for so long: the connection is lost, although it may not have been closed.
  const SILENCE = 15_000;
  const RETRY = 3_000;

  // ------------------------------------------------------------ the page

  // What the templates use. Anything else is left out, whatever a log says.
  const TAGS = new Set(("a article b br button circle code dd details div dl dt g h2 h3 h4 h5 li line nav ol p path pre "
    + "rect section span summary svg table tbody td text th thead time tr tspan ul").split(" "));
  const ATTRIBUTES = new Set(("aria-hidden aria-label aria-labelledby aria-live class d data-height data-instance "
    + "data-revision data-top datetime hidden height href id preserveAspectRatio r rel reversed role rx scope tabindex "
    + "transform type viewBox width x x1 x2 y y1 y2").split(" "));
  // What belongs to the reader: open folds, the place in a drawing, and what the script has shown.
  const KEPT = new Set(["data-age", "hidden", "open", "tabindex"]);

  const isSafe = ({ name, value }) =>
    ATTRIBUTES.has(name) && (name !== "href" || value.startsWith("#") || value.startsWith("https://"));
  const isShown = (node) => node.nodeType === Node.TEXT_NODE || TAGS.has(node.localName);
  const isSame = (live, fresh) => live.nodeName === fresh.nodeName && (live.id || "") === (fresh.id || "");

  const create = (fresh) => {
    if (fresh.nodeType === Node.TEXT_NODE) return document.createTextNode(fresh.data);
    const made = document.createElementNS(fresh.namespaceURI, fresh.localName);
    for (const attribute of fresh.attributes) if (isSafe(attribute)) made.setAttribute(attribute.name, attribute.value);
    made.append(...[...fresh.childNodes].filter(isShown).map(create));
    return made;
  };
  // Make a live node like a fresh one without replacing what stays, so that focus and folds stay too.
  const patch = (live, fresh) => {
    if (live.nodeType === Node.TEXT_NODE) {
      if (live.data !== fresh.data) live.data = fresh.data;
      return;
    }
    if (live.classList.contains("told")) return;
    for (const { name } of [...live.attributes]) {
      if (!fresh.hasAttribute(name) && !KEPT.has(name)) live.removeAttribute(name);
    }
    for (const attribute of fresh.attributes) {
      const { name, value } = attribute;
      if (!KEPT.has(name) && isSafe(attribute) && live.getAttribute(name) !== value) live.setAttribute(name, value);
    }
    patchChildren(live, [...fresh.childNodes].filter(isShown));
  };
  const patchChildren = (live, fresh) => {
    const ids = new Set(fresh.map((node) => node.id).filter(Boolean));
    for (const node of [...live.childNodes]) if (node.id && !ids.has(node.id)) node.remove();
    let at = live.firstChild;
    for (const node of fresh) {
      const known = node.id ? [...live.children].find((child) => child.id === node.id) : null;
      if (known && known !== at) live.insertBefore(known, at);
      const match = known || (at && isSame(at, node) ? at : null);
      if (match) {
        patch(match, node);
        at = match.nextSibling;
      } else {
        live.insertBefore(create(node), at);
        if (at && !at.id) {
          const old = at;
          at = at.nextSibling;
          old.remove();
        }
      }
    }
    while (at) {
      const old = at;
      at = at.nextSibling;
      old.remove();
    }
  };
  // Parsed apart from the page, where nothing runs and nothing is loaded; only text and known elements come over.
  const policy = globalThis.trustedTypes?.createPolicy("dashboard", { createHTML: (text) => text });
  const parse = (html) => new DOMParser().parseFromString(policy ? policy.createHTML(html) : html, "text/html").body;

  const show = ({ title, order, sections, news: told }) => {
    const focused = document.activeElement;
    const section = focused && focused.closest("main > *");
    pageTitle = title;
    for (const old of [...page.children]) if (!order.includes(old.id)) old.remove();
    for (const [index, name] of order.entries()) {
      let live = document.getElementById(name);
      if (!live) {
        const fresh = parse(sections[name]).firstElementChild;
        live = create(fresh);
      } else if (sections[name]) {
        patch(live, parse(sections[name]).firstElementChild);
      }
      if (page.children[index] !== live) page.insertBefore(live, page.children[index] || null);
    }
    prepare();
    if (focused && !focused.isConnected) {
      const heading = section && section.isConnected && section.querySelector("h2");
      (heading || page).focus({ preventScroll: true });
    }
    if (told.length) news.textContent = told.join(" ");
    tick();
  };

  // ------------------------------------------------------------ how current it is

  // The last status, and by how much the server's clock is ahead of this one.
  let status = null;
  let pageTitle = document.title;
  let ahead = 0;
  let heard = Date.now();
  let lost = null;

  const span = (milliseconds) => {
    const seconds = Math.max(0, Math.round(milliseconds / 1000));
    if (seconds < 60) return `${seconds} s`;
    const minutes = Math.floor(seconds / 60);
    if (minutes < 60) return `${minutes} min`;
    const hours = Math.floor(minutes / 60);
    return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days`;
  };
  const clock = (milliseconds) => `${new Date(milliseconds).toISOString().slice(11, 19)} UTC`;
  const set = (element, text) => { if (element.textContent !== text) element.textContent = text; };
  const say = (kind, text) => {
    connection.className = kind;
    set(connection, text);
    document.body.classList.toggle("stale", kind === "lost");
    document.title = kind === "lost" ? `NOT CONNECTED, was ${pageTitle}` : pageTitle;
  };

  const tick = () => {
    const now = Date.now() + ahead;
    if (Date.now() - Math.max(heard, tried) > SILENCE) {
      if (lost === null) lost = heard;
      connect();
    }
    if (lost !== null) {
      say("lost", `Not connected since ${clock(lost + ahead)}: what is shown may have changed.`);
    } else if (!status) {
      say("waiting", "Connecting");
    } else if (!status.read_until) {
      say("waiting", "Reading the logs");
    } else if (status.arriving === "reconnecting") {
      say("waiting", "Cloud Logging does not answer; trying again");
    } else if (status.arriving === "polling") {
      say("live", "Following: new entries are asked for every few seconds");
    } else {
      say("live", "Live");
    }
    if (status?.read_until) {
      set(age, `Logs read until ${clock(status.read_until)}, ${span(now - status.read_until)} ago; ${status.lines} ${status.lines === 1 ? "line" : "lines"}.`);
    }
    for (const time of all("time")) {
      const text = `${span(now - Date.parse(time.dateTime))} ago`;
      if (time.dataset.age !== text) time.dataset.age = text;
    }
  };

  // ------------------------------------------------------------ the connection

  const hear = (event) => {
    heard = Date.now();
    lost = null;
    return JSON.parse(event.data);
  };
  let source = null;
  let tried = Date.now();
  const connect = () => {
    source?.close();
    tried = Date.now();
    source = new EventSource(`events?since=${encodeURIComponent(page.dataset.version || "")}`);
    source.addEventListener("page", (event) => {
      show(hear(event));
      page.dataset.version = event.lastEventId;
    });
    source.addEventListener("status", (event) => {
      status = hear(event);
      ahead = status.now - Date.now();
      tick();
    });
    source.addEventListener("error", () => {
      if (lost === null) lost = heard;
      tick();
      // A refusal ends the source for good; a broken connection is tried again by the browser.
      if (source.readyState === EventSource.CLOSED) setTimeout(connect, RETRY);
    });
  };
  prepare();
  connect();
  setInterval(tick, 1000);
  tick();
})();
