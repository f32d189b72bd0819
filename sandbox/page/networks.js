/* Column four, the other networks: each as its reader would see it. Everything becomes text nodes, checked links and
   pictures of this very sandbox. */

import { byId, h, icon, keyed, setText } from "./dom.js";
import { attachments } from "./message.js";
import { link, moment, rich } from "./richtext.js";
import { showPhoto } from "./viewer.js";
import { memory, now, printOf, world } from "./world.js";

const ORDER = ["telegram", "max", "ok", "neighbour", "pages", "wordpress", "webhook"];
const WEB = /https?:\/\/[^\s<>«»"]+/g;
let guide = null;
let redraw = () => {};
let chosen = null;

export function startNetworks(context) {
  guide = context.guide;
  redraw = context.redraw;
  chosen = memory.read("network");
  for (const button of document.querySelectorAll("[data-reader-button]")) {
    button.addEventListener("click", () => {
      document.body.dataset.reader = button.dataset.readerButton;
      redraw();
    });
  }
}

/** A mark that changes when a post appears anywhere. */
export const networksMark = () => names().reduce((sum, name) => sum + postsOf(name).length, 0);

const rank = (name) => (ORDER.includes(name) ? ORDER.indexOf(name) : ORDER.length);
const names = () => Object.keys(world.state.networks || {}).sort((a, b) => rank(a) - rank(b));
const postsOf = (name) => world.state.networks[name].posts || [];

export function drawNetworks() {
  const known = names();
  if (!known.length) return;
  if (!known.includes(chosen)) chosen = known.find((name) => postsOf(name).length) || known[0];
  keyed(byId("networks-tabs"), known.map(tab));
  const posts = postsOf(chosen);
  const title = world.state.networks[chosen].title;
  const box = byId("networks");
  box.dataset.network = chosen;
  keyed(box, posts.length ? posts.map((post) => item(chosen, post)) : [emptiness(title)]);
  for (const button of document.querySelectorAll("[data-reader-button]")) {
    button.setAttribute("aria-pressed", String(button.dataset.readerButton === (document.body.dataset.reader || "wall")));
  }
  setText(byId("networks-count"), String(networksMark() || ""));
}

function tab(name) {
  const count = postsOf(name).length;
  const pressed = name === chosen;
  return {
    key: name,
    print: printOf(name, count, pressed),
    build: () =>
      h(
        "button.network",
        {
          type: "button",
          "aria-pressed": String(pressed),
          dataset: { testid: `network-${name}`, focus: name },
          onclick: () => {
            chosen = name;
            memory.write("network", name);
            byId("networks-scroller").scrollTop = 0;
            redraw();
          },
        },
        world.state.networks[name].title,
        count ? h("b.count", {}, String(count)) : null,
      ),
  };
}

const emptiness = (title) => ({
  key: "empty",
  print: title,
  build: () =>
    h(
      "div.empty",
      { dataset: { testid: "network-empty" } },
      h("b", {}, `${title}: пока пусто`),
      h("p", {}, "Новость придёт сюда, когда выйдет на стене сообщества."),
    ),
});

function item(name, post) {
  return {
    key: `${name}-${post.id}`,
    print: printOf({ ...post, views: 0 }, moment(post.date, now())),
    build: () => card(name, post),
  };
}

function card(name, post) {
  const pictures = (post.pictures || []).map(here);
  const words = body(name, post);
  return h(
    "article.post.network-post",
    { dataset: { testid: "network-post", network: name, postId: post.id } },
    h(
      "header",
      {},
      h("span.avatar.community", { "aria-hidden": "true" }),
      h("div", {}, h("b", {}, (world.state.networks[name].chat || {}).title || world.state.group.name), h("time", {}, moment(post.date, now()))),
      h("code", { title: "Номер в этой сети" }, `${post.id}`.replace(/^mid\.0*/, "")),
    ),
    post.reply_to ? h("p.answers", {}, icon("reply"), `к записи ${post.reply_to}`) : null,
    pictures.length ? album(pictures) : null,
    post.title ? h("h3", {}, post.title) : null,
    words.length ? h("div.text", { dataset: { testid: "network-text" } }, words) : null,
    post.poll ? poll(post.poll) : null,
    (post.polls || []).map(poll),
    attachments(post.others, { guide }),
    (post.files || []).map((file) => h("a.other", { href: here(file.url), target: "_blank", rel: "noopener" }, icon("file"), file.name || "Файл")),
    (post.links || []).filter((one) => typeof one === "string").map((one) => h("div.other", {}, icon("link"), link(one, one, guide))),
    (post.buttons || []).map((button) => h("a.key.secondary", { href: web(button.url), target: "_blank", rel: "noopener noreferrer" }, button.text, icon("link"))),
    h(
      "footer",
      {},
      post.views === undefined ? null : h("span", {}, icon("eye"), String(post.views || 0)),
      post.edited ? h("span", { dataset: { testid: "network-edited" } }, "изменено") : null,
      h("span.grow", {}),
      post.link ? h("small.address", { title: "Адрес, который бот показывает на карточке" }, post.link) : null,
    ),
  );
}

function album(pictures) {
  const grid = h(`div.photos.n${Math.min(pictures.length, 10)}`, { dataset: { testid: "network-photos", count: pictures.length } });
  pictures.forEach((address, index) => {
    const open = { type: "button", "aria-label": `Фото ${index + 1} из ${pictures.length}`, onclick: () => showPhoto(pictures, index) };
    grid.append(h("button.photo", open, h("img", { src: address, alt: "", loading: "lazy" })));
  });
  return grid;
}

function poll(one) {
  const options = one.options || one.answers || [];
  return h(
    "div.poll",
    {},
    h("b", {}, one.question || ""),
    options.map((option) => h("p", {}, typeof option === "string" ? option : option.text || "")),
  );
}

/** The nodes of a post's text, with links where the network has them. */
function body(name, post) {
  if (post.entities) return marked(post.text, post.entities.map((one) => ({ ...one, from: one.offset })));
  if (post.markup) return marked(post.text, post.markup);
  if (post.html !== undefined) return readable(post.html);
  return name === "neighbour" ? rich(post.text || "", guide) : plain(post.text || "");
}

/** Offsets are UTF-16 units, as strings here have them. Nested pieces keep the outer meaning. */
function marked(text, pieces) {
  const nodes = [];
  let done = 0;
  for (const piece of [...pieces].sort((a, b) => a.from - b.from || b.length - a.length)) {
    if (piece.from < done) continue;
    nodes.push(...plain(text.slice(done, piece.from)));
    nodes.push(dressed(text.slice(piece.from, piece.from + piece.length), piece));
    done = piece.from + piece.length;
  }
  nodes.push(...plain(text.slice(done)));
  return nodes;
}

function dressed(words, piece) {
  if (piece.type === "text_link" || piece.type === "link") return link(piece.url, words, guide);
  if (piece.type === "url") return link(/^https?:/i.test(words) ? words : `https://${words}`, words, guide);
  if (piece.type === "hashtag") return h("span.tag", {}, words);
  const tags = { bold: "b", strong: "b", heading: "b", italic: "i", emphasized: "i", code: "code", monospaced: "code" };
  return h(tags[piece.type] || "span", {}, words);
}

function plain(text) {
  const nodes = [];
  let done = 0;
  for (const match of text.matchAll(WEB)) {
    const shown = match[0].replace(/[.,;:!?…)\]}'»]+$/u, "");
    if (match.index > done) nodes.push(document.createTextNode(text.slice(done, match.index)));
    nodes.push(link(shown, shown, guide));
    done = match.index + shown.length;
  }
  if (done < text.length) nodes.push(document.createTextNode(text.slice(done)));
  return nodes;
}

/** The words of a page's markup with its links; a document that is only parsed loads and runs nothing. */
function readable(markup) {
  const broken = String(markup).replace(/<br\s*\/?>\n?/g, "\n").replace(/<\/p>\s*/g, "\n\n");
  const nodes = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) nodes.push(...plain(node.textContent.replace(/\n\s*\n/g, "\n\n")));
    else if (node.localName === "a") nodes.push(link(node.getAttribute("href") || "", node.textContent, guide));
    else node.childNodes.forEach(walk);
  };
  walk(new DOMParser().parseFromString(broken, "text/html").body);
  return trimmed(nodes);
}

/** Without the blanks before the first word and behind the last one, and without empty lines in a row. */
function trimmed(nodes) {
  const isBlank = (node) => node.nodeType === Node.TEXT_NODE && !node.textContent.trim();
  while (nodes.length && isBlank(nodes[0])) nodes.shift();
  while (nodes.length && isBlank(nodes[nodes.length - 1])) nodes.pop();
  const ended = (node) => node && node.nodeType === Node.TEXT_NODE && /\n\s*$/.test(node.textContent);
  const kept = nodes.filter((node, at) => !isBlank(node) || !ended(nodes[at - 1]));
  if (kept.length && kept[0].nodeType === Node.TEXT_NODE) kept[0].textContent = kept[0].textContent.trimStart();
  return kept;
}

const web = (address) => (/^https?:\/\//i.test(address || "") ? address : null);

/** The sandbox may be open under another of its names: its pictures are asked for under the same one. */
function here(address) {
  try {
    const url = new URL(address, location.href);
    return url.pathname + url.search;
  } catch {
    return null;
  }
}
