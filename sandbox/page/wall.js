/* Column three, the community's wall: VK's own queues as a manager sees them, and the published posts. */

import { act } from "./api.js";
import { byId, h, icon, keyed, pressTwice, setText, toast } from "./dom.js";
import { attachmentWords, attachments, avatar } from "./message.js";
import { moment, oneLine, rich } from "./richtext.js";
import { showPhoto } from "./viewer.js";
import { groupId, nameOf, now, printOf, wallManager, world } from "./world.js";

const LONG_TEXT = 520;
const opened = new Set();
let guide = null;
let redraw = () => {};

export function startWall(context) {
  guide = context.guide;
  redraw = context.redraw;
}

export function drawWall() {
  const { suggestions, postponed, wall } = world.state;
  setText(byId("queue-count"), String(suggestions.length));
  setText(byId("postponed-count"), String(postponed.length));
  keyed(byId("queue-list"), suggestions.length ? suggestions.map(queueItem) : [nothing("Никто ничего не предложил.")]);
  keyed(byId("postponed-list"), postponed.length ? byTime(postponed).map(postponedItem) : [nothing("Отложенных записей нет.")]);
  const posts = [...wall].sort((a, b) => b.date - a.date || b.id - a.id);
  keyed(byId("wall"), posts.length ? posts.map(postItem) : [emptyWall()]);
}

/** A mark that changes when a post appears. */
export const wallMark = () => world.state.wall.reduce((last, post) => Math.max(last, post.id), 0);

const byTime = (posts) => [...posts].sort((a, b) => a.publish_date - b.publish_date);

const nothing = (words) => ({ key: "nothing", print: words, build: () => h("p.nothing", {}, words) });

function emptyWall() {
  return {
    key: "empty",
    print: "empty",
    build: () =>
      h(
        "div.empty",
        { dataset: { testid: "wall-empty" } },
        h("b", {}, "3. Здесь выйдет новость"),
        h("p", {}, "Одобренная новость появится на стене, а автор получит письмо со ссылкой на неё."),
      ),
  };
}

function postItem(post) {
  const long = (post.text || "").length > LONG_TEXT;
  const open = opened.has(post.id);
  return {
    key: post.id,
    print: printOf({ ...post, views: 0 }, open, moment(post.date, now()), nameOf(post.signer_id || 0)),
    build: () => postCard(post, long && !open),
  };
}

function postCard(post, cut) {
  return h(
    "article.post",
    { dataset: { testid: "wall-post", postId: post.id }, id: `post-${post.id}`, tabindex: "-1" },
    h(
      "header",
      {},
      avatar(-groupId()),
      h("div", {}, h("b", {}, world.state.group.name), h("time", { title: post.created_by ? `Опубликовано ключом: ${nameOf(post.created_by)}` : null }, moment(post.date, now()))),
      h("code", { title: "Номер записи" }, `wall-${groupId()}_${post.id}`),
    ),
    post.text
      ? h("div.text", { dataset: { testid: "post-text" } }, rich(cut ? shortened(post.text) : post.text, guide), cut ? more(post) : null)
      : null,
    attachments(post.attachments, { guide, onPhoto: showPhoto }),
    post.signer_id ? h("p.signature", { dataset: { testid: "signature" } }, "Автор: ", h("b", {}, nameOf(post.signer_id))) : null,
    h(
      "footer",
      {},
      h("span", {}, icon("heart"), String(post.likes || 0)),
      h("span", {}, icon("eye"), String(post.views || 0)),
      h("span.grow", {}),
      removal(post, "Удалить со стены"),
    ),
  );
}

function shortened(text) {
  const cut = text.slice(0, LONG_TEXT - 120);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(" "), 200)).trimEnd()}… `;
}

function more(post) {
  return h(
    "button.more",
    {
      type: "button",
      onclick: () => {
        opened.add(post.id);
        redraw();
      },
    },
    "Показать полностью",
  );
}

function queueItem(post) {
  return {
    key: post.id,
    print: printOf(post, moment(post.date, now()), nameOf(post.from_id)),
    build: () =>
      h(
        "article.slip",
        { dataset: { testid: "queue-item", postId: post.id }, id: `post-${post.id}`, tabindex: "-1" },
        avatar(post.from_id),
        h(
          "div",
          {},
          h("p", {}, h("b", {}, nameOf(post.from_id)), " ", oneLine(post.text, 110) || "Без текста"),
          h("small", {}, [moment(post.date, now()), attachmentWords(post.attachments), `№ во ВКонтакте ${post.id}`].filter(Boolean).join(" · ")),
          h("div.slip-tools", {}, publishing(post), removal(post, "Удалить")),
        ),
      ),
  };
}

function publishing(post) {
  return h(
    "button.ghost.small",
    {
      type: "button",
      dataset: { testid: "publish-by-hand", focus: "publish" },
      onclick: () => byHand("publish_by_hand", { post_id: post.id, signed: true }, "Опубликовано вручную"),
    },
    "Опубликовать вручную",
  );
}

function removal(post, label) {
  const button = h("button.ghost.small.danger", { type: "button", dataset: { testid: "delete-by-hand", focus: "delete" } }, label);
  return pressTwice(button, "Точно удалить?", () => byHand("delete_by_hand", { post_id: post.id }, "Удалено вручную"));
}

async function byHand(action, details, words) {
  const manager = wallManager();
  if (!manager) {
    toast("wall", "В сообществе нет руководителя с правом на стену.", "error");
    return;
  }
  try {
    await act(action, { ...details, user_id: manager.id });
    toast("wall", `${words}: ${manager.name}.`);
  } catch (error) {
    toast("wall", error.message, "error");
  }
}

function postponedItem(post) {
  return {
    key: post.id,
    print: printOf(post, moment(post.publish_date, now())),
    build: () =>
      h(
        "article.slip",
        { dataset: { testid: "postponed-item", postId: post.id }, id: `post-${post.id}`, tabindex: "-1" },
        h(
          "div",
          {},
          h("p", {}, h("b", {}, `Выйдет ${moment(post.publish_date, now())}`)),
          h("p", {}, oneLine(post.text, 110) || "Без текста"),
          h("small", {}, [attachmentWords(post.attachments), `№ во ВКонтакте ${post.id}`].filter(Boolean).join(" · ")),
        ),
        removal(post, "Удалить"),
      ),
  };
}
