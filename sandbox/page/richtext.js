/* What a text of VK looks like on the page: mentions, links, tags and times. Everything becomes text nodes and
   checked links, never markup. */

import { h } from "./dom.js";

const ZONE = "Europe/Moscow";
const clockFormat = new Intl.DateTimeFormat("ru-RU", { timeZone: ZONE, hour: "2-digit", minute: "2-digit" });
const dayFormat = new Intl.DateTimeFormat("ru-RU", { timeZone: ZONE, day: "numeric", month: "long" });
const shortDayFormat = new Intl.DateTimeFormat("ru-RU", { timeZone: ZONE, day: "numeric", month: "short" });
const weekdayFormat = new Intl.DateTimeFormat("ru-RU", { timeZone: ZONE, weekday: "short", day: "numeric", month: "short" });
const keyFormat = new Intl.DateTimeFormat("sv-SE", { timeZone: ZONE });

/** Seconds since 1970 → «12:04 мск». */
export const clock = (seconds) => `${clockFormat.format(seconds * 1000)} мск`;

/** Seconds since 1970 → the editorial calendar day, «2026-11-24». */
export const dayKey = (seconds) => keyFormat.format(seconds * 1000);

/** The heading of a day in a conversation. */
export function dayName(seconds, now) {
  const key = dayKey(seconds);
  if (key === dayKey(now)) return "Сегодня";
  if (key === dayKey(now - 86400)) return "Вчера";
  return dayFormat.format(seconds * 1000);
}

/** «сегодня в 12:04 мск», «завтра в 09:30 мск», «3 дек. в 18:30 мск». */
export function moment(seconds, now) {
  const key = dayKey(seconds);
  let day = shortDayFormat.format(seconds * 1000);
  if (key === dayKey(now)) day = "сегодня";
  else if (key === dayKey(now - 86400)) day = "вчера";
  else if (key === dayKey(now + 86400)) day = "завтра";
  return `${day} в ${clock(seconds)}`;
}

export const headClock = (seconds) => `${weekdayFormat.format(seconds * 1000)}, ${clock(seconds)}`;

/** `plural(3, "новость", "новости", "новостей")` → «новости». */
export function plural(count, one, few, many) {
  const tens = Math.abs(count) % 100;
  const units = tens % 10;
  if (tens > 10 && tens < 20) return many;
  if (units === 1) return one;
  return units >= 2 && units <= 4 ? few : many;
}

const PIECES = new RegExp(
  [
    String.raw`\[(?<kind>id|club|public|event)(?<number>\d+)\|(?<name>[^\]\n]+)\]`,
    String.raw`\[(?<address>https?:\/\/[^\]|\s]+)\|(?<title>[^\]\n]+)\]`,
    String.raw`[@*](?<kind2>id|club|public)(?<number2>\d+)\s*\((?<name2>[^)\n]+)\)`,
    String.raw`(?<link>https?:\/\/[^\s<>«»"]+|(?<![\w.@/-])(?:m\.)?vk\.(?:com|ru)\/[^\s<>«»"]+)`,
    String.raw`(?<tag>(?<![\p{L}\p{N}_])#[\p{L}\p{N}_]+(?:@[\w.]+)?)`,
  ].join("|"),
  "gu",
);

/** The nodes of a text. `guide.person(id)` and `guide.post(owner, id)` say what a click inside the sandbox does. */
export function rich(text, guide) {
  const nodes = [];
  let from = 0;
  for (const match of String(text || "").matchAll(PIECES)) {
    const groups = match.groups;
    let length = match[0].length;
    let node = null;
    if (groups.kind || groups.kind2) {
      node = mention(groups.kind || groups.kind2, groups.number || groups.number2, groups.name || groups.name2, guide);
    } else if (groups.address) {
      node = link(groups.address, groups.title, guide);
    } else if (groups.link) {
      const shown = groups.link.replace(/[.,;:!?…)\]}'»]+$/u, "");
      length = shown.length;
      node = link(shown.startsWith("http") ? shown : `https://${shown}`, shown, guide);
    } else {
      node = h("span.tag", {}, groups.tag);
    }
    if (match.index > from) nodes.push(document.createTextNode(text.slice(from, match.index)));
    nodes.push(node);
    from = match.index + length;
  }
  if (from < String(text || "").length) nodes.push(document.createTextNode(text.slice(from)));
  return nodes;
}

/** One line of a text with mentions opened, for quotes and lists. */
export function oneLine(text, limit = 90) {
  const line = String(text || "")
    .replace(/\[[^\]|\n]+\|([^\]\n]+)\]/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
  return line.length > limit ? `${line.slice(0, limit).trimEnd()}…` : line;
}

function mention(kind, number, name, guide) {
  const anchor = outside(`https://vk.com/${kind}${number}`, name);
  anchor.classList.add("mention");
  const here = kind === "id" ? guide.person(Number(number)) : null;
  if (here) onPlainClick(anchor, here);
  return anchor;
}

/** A link that opens elsewhere, unless it leads to a post of this sandbox: then it scrolls to it. */
export function link(address, title, guide) {
  const anchor = outside(address, title);
  const wall = /vk\.(?:com|ru)\/(?:[^#]*[?&]w=)?wall(-?\d+)_(\d+)/.exec(address);
  const here = wall ? guide.post(Number(wall[1]), Number(wall[2])) : null;
  if (here) onPlainClick(anchor, here);
  return anchor;
}

function outside(address, title) {
  const safe = /^https?:\/\//i.test(address) ? address : null;
  return h("a", { href: safe, target: "_blank", rel: "noopener noreferrer", title: address }, title);
}

function onPlainClick(anchor, act) {
  anchor.addEventListener("click", (event) => {
    event.preventDefault();
    act();
  });
}
