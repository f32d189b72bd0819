/* How the page touches the document: elements, icons, keyed lists and scrolling.
   Text always goes in as text nodes, and an element is rebuilt only when what it shows has changed. */

const ICONS = {
  bolt: "M13 3 5 14h6l-1 7 8-11h-6z",
  close: "M6 6l12 12M18 6 6 18",
  photo: "M4 7a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM4 16l4.5-4.5 4 4 2.5-2.5 5 4.5M14.5 9.5h.01",
  send: "M4 12 20 4l-5 16-3.5-6.5zM11.5 13.5 20 4",
  down: "M12 5v13M6 12.5l6 6 6-6",
  reply: "M10 6 4 12l6 6M4 12h9a7 7 0 0 1 7 7",
  phone: "M8 3h8a2 2 0 0 1 2 2v14a2 2 0 0 1-2 2H8a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM11 18h2",
  chat: "M4 6a2 2 0 0 1 2-2h12a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2h-7l-5 4v-4a2 2 0 0 1-2-2z",
  wall: "M5 4h14a1 1 0 0 1 1 1v14a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1zM8 8.5h8M8 12h8M8 15.5h5",
  back: "M15 5l-7 7 7 7",
  next: "M9 5l7 7-7 7",
  link: "M14 4h6v6M20 4l-9 9M18 14v4a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2V8a2 2 0 0 1 2-2h4",
  heart: "M12 20S4 15 4 9.5A4.3 4.3 0 0 1 12 7a4.3 4.3 0 0 1 8 2.5C20 15 12 20 12 20z",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12zM12 9.5a2.5 2.5 0 1 1 0 5 2.5 2.5 0 0 1 0-5z",
  file: "M7 3h7l5 5v11a2 2 0 0 1-2 2H7a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2zM14 3v5h5",
  check: "M5 12.5l4.5 4.5L19 7.5",
};

/** An element: `h("p.note", {dataset: {testid: "x"}, onclick: f}, "text", child)`. */
export function h(name, properties, ...children) {
  const [tag, ...classes] = name.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties || {})) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "dataset") Object.assign(element.dataset, value);
    else if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? "" : String(value));
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const box = h("span.icon", { "aria-hidden": "true" });
  return drawIcon(box, name);
}

function drawIcon(box, name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  box.append(svg);
  return box;
}

/** Draws the icons that the static markup only names. */
export function drawIcons(root) {
  for (const box of root.querySelectorAll(".icon[data-icon]")) {
    box.setAttribute("aria-hidden", "true");
    drawIcon(box, box.dataset.icon);
  }
}

export const byId = (id) => document.getElementById(id);

export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

export function setHidden(element, hidden) {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Whether a person can see the element now (another tab of a narrow screen hides it). */
export const isShown = (element) => element.clientHeight > 0 && getComputedStyle(element).visibility === "visible";

/**
 * Makes the children of `box` follow `items`, given as `{key, print, build}`: same key and same print keep the
 * very same element (and with it focus, selection and loaded pictures); a changed print replaces only that one.
 */
export function keyed(box, items) {
  const before = box.keyedChildren || new Map();
  const after = new Map();
  let place = box.firstChild;
  for (const item of items) {
    let kept = before.get(item.key);
    if (!kept || kept.print !== item.print) {
      const element = item.build();
      if (kept) {
        if (place === kept.element) place = element;
        const focus = focusInside(kept.element);
        kept.element.replaceWith(element);
        restoreFocus(element, focus);
      }
      kept = { print: item.print, element };
    }
    if (kept.element === place) place = place.nextSibling;
    else box.insertBefore(kept.element, place);
    after.set(item.key, kept);
    before.delete(item.key);
  }
  for (const gone of before.values()) gone.element.remove();
  box.keyedChildren = after;
}

function focusInside(element) {
  const active = document.activeElement;
  return active && element.contains(active) ? active.dataset.focus || null : null;
}

function restoreFocus(element, name) {
  if (name === null) return;
  const heir = [...element.querySelectorAll("[data-focus]")].find((node) => node.dataset.focus === name);
  if (heir) heir.focus({ preventScroll: true });
}

const END_TOLERANCE_PIXELS = 60;

/** Makes a list that grows downwards hold its end, through new items and through changes of its own height. */
export function staysAtEnd(scroller, more) {
  scroller.heldAtEnd = true;
  scroller.moreButton = more;
  more.addEventListener("click", () => toEnd(scroller));
  let height = scroller.clientHeight;
  scroller.addEventListener("scroll", () => {
    if (scroller.clientHeight !== height) return; // the list itself was resized: nobody has scrolled
    scroller.heldAtEnd = scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < END_TOLERANCE_PIXELS;
    if (scroller.heldAtEnd) setHidden(more, true);
  });
  new ResizeObserver(() => {
    height = scroller.clientHeight;
    if (scroller.heldAtEnd) toEnd(scroller);
  }).observe(scroller);
}

/** Redraws such a list: who stood at its end stays there, who read above is not moved but told of more below. */
export function followEnd(scroller, redraw) {
  const heightBefore = scroller.scrollHeight;
  redraw();
  if (scroller.heldAtEnd) toEnd(scroller);
  else if (scroller.scrollHeight > heightBefore) setHidden(scroller.moreButton, false);
}

export function toEnd(scroller) {
  scroller.heldAtEnd = true;
  scroller.scrollTop = scroller.scrollHeight;
  setHidden(scroller.moreButton, true);
}

/** Lets an ordinary mouse wheel move a row that is wider than its column. */
export function wheelsSideways(row) {
  row.addEventListener(
    "wheel",
    (event) => {
      const room = row.scrollWidth - row.clientWidth;
      if (room <= 0 || Math.abs(event.deltaX) > Math.abs(event.deltaY)) return;
      event.preventDefault();
      row.scrollLeft += event.deltaY;
    },
    { passive: false },
  );
}

/** A textarea as tall as its text, up to the height its style sheet allows. */
export function growing(area) {
  const fit = () => {
    area.style.height = "auto";
    if (area.scrollHeight) area.style.height = `${area.scrollHeight + 2}px`;
  };
  area.addEventListener("input", fit);
  return fit;
}

/** Enter sends and Shift+Enter breaks the line, except under a thumb, where Enter breaks the line. */
export function sendsOnEnter(area, form) {
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
    if (window.matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    form.requestSubmit();
  });
}

/** A short notice at the bottom of a column, read aloud by screen readers. */
export function toast(place, text, kind = "plain", extra = null) {
  const box = byId(`toasts-${place}`);
  const element = h("div.toast", { dataset: { testid: "toast", kind } }, h("span", {}, text), extra);
  box.append(element);
  while (box.children.length > 3) box.firstChild.remove();
  setTimeout(() => element.remove(), kind === "error" ? 9000 : 6500);
}

/** A button that does its work only when pressed twice within four seconds. */
export function pressTwice(button, question, act) {
  const label = button.textContent;
  let armed = 0;
  button.addEventListener("click", () => {
    if (armed) {
      clearTimeout(armed);
      armed = 0;
      act();
      return;
    }
    button.textContent = question;
    button.classList.add("armed");
    armed = setTimeout(() => {
      armed = 0;
      button.textContent = label;
      button.classList.remove("armed");
    }, 4000);
  });
  return button;
}
