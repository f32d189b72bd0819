/* How one message of VK looks: bubble, quote, attachments and its inline keyboard. Shared by the author's
   dialogue and the moderators' chat; what a press does is given from outside. */

import { h, icon } from "./dom.js";
import { clock, dayKey, dayName, link, moment, oneLine, plural, rich } from "./richtext.js";
import { groupId, initials, nameOf, now, printOf, renewed } from "./world.js";

const ATTACHMENT_NAMES = {
  video: "Видео",
  audio: "Аудиозапись",
  poll: "Опрос",
  doc: "Документ",
  wall: "Запись на стене",
  link: "Ссылка",
  album: "Альбом",
  market: "Товар",
  sticker: "Стикер",
  audio_message: "Голосовое сообщение",
  clip: "Клип",
};

const SERVICE_WORDS = {
  chat_invite_user: "новый участник беседы",
  chat_kick_user: "участник покинул беседу",
  chat_title_update: "новое название беседы",
  chat_pin_message: "сообщение закреплено",
  chat_unpin_message: "сообщение откреплено",
};

export function avatar(id) {
  const community = id < 0;
  const face = h("span.avatar", { "aria-hidden": "true" }, community ? "" : initials(nameOf(id)));
  face.classList.add(community ? "community" : `hue-${id % 8}`);
  return face;
}

/** Items for `keyed`: the messages of one conversation with a heading before each day. */
export function conversation(messages, view) {
  const items = [];
  const byCmid = new Map(messages.map((message) => [message.conversation_message_id, message]));
  let day = null;
  let speaker = null;
  for (const message of messages) {
    const key = dayKey(message.date);
    if (key !== day) {
      const name = dayName(message.date, now());
      items.push({ key: `day-${view.peerId}-${key}`, print: name, build: () => h("p.day", {}, name) });
      day = key;
      speaker = null;
    }
    if (message.action) {
      items.push(service(message, view));
      speaker = null;
      continue;
    }
    const quoted = message.reply_to ? byCmid.get(message.reply_to) : null;
    const follows = speaker === message.from_id;
    speaker = message.from_id;
    items.push({
      key: `${view.peerId}-${message.conversation_message_id}`,
      print: printOf(message, view.me, follows, quoted && [quoted.text, quoted.from_id], nameOf(message.from_id)),
      build: () => bubble(message, quoted, follows, view),
    });
  }
  return items;
}

function service(message, view) {
  const words = `${nameOf(message.from_id)}: ${SERVICE_WORDS[message.action.type] || "изменения в беседе"}`;
  return { key: `${view.peerId}-${message.conversation_message_id}`, print: words, build: () => h("p.day", {}, words) };
}

function bubble(message, quoted, follows, view) {
  const mine = message.from_id === view.me;
  const cmid = message.conversation_message_id;
  const row = h("article.message", { dataset: { testid: "message", cmid, peer: view.peerId, from: message.from_id } });
  row.classList.toggle("mine", mine);
  row.classList.toggle("follows", follows);
  if (message.deleted) {
    row.append(h("div.bubble.gone", {}, "Сообщение удалено"));
    return row;
  }
  const body = h(
    "div.bubble",
    {},
    follows || mine ? null : h("b.author", {}, nameOf(message.from_id)),
    message.reply_to ? quote(message.reply_to, quoted, view) : null,
    message.text ? h("div.text", { dataset: { testid: "message-text" } }, rich(message.text, view.guide)) : null,
    (message.fwd_messages || []).map((item) => quote(item.conversation_message_id, item, view)),
    attachments(message.attachments, view),
    h(
      "footer",
      {},
      view.onReply ? replyButton(message, view) : null,
      message.update_time ? h("span", { dataset: { testid: "edited" }, title: moment(message.update_time, now()) }, "изменено") : null,
      h("time", { title: moment(message.date, now()) }, clock(message.date)),
    ),
  );
  const stack = h("div.stack", {}, body, keyboard(message.keyboard, { ...view, cmid }));
  if (!mine) row.append(avatar(message.from_id));
  row.append(stack);
  return row;
}

function quote(cmid, quoted, view) {
  const text = quoted ? oneLine(quoted.text, 70) || "Вложение" : "Сообщение";
  return h(
    "button.quote",
    { type: "button", onclick: () => view.onQuote(cmid), dataset: { testid: "quote" } },
    h("b", {}, quoted ? nameOf(quoted.from_id) : "Ответ"),
    h("span", {}, text),
  );
}

function replyButton(message, view) {
  return h(
    "button.reply",
    {
      type: "button",
      dataset: { testid: "reply", focus: "reply" },
      "aria-label": `Ответить: ${oneLine(message.text, 40)}`,
      onclick: () => view.onReply(message),
    },
    "Ответить",
  );
}

/**
 * A keyboard of VK as buttons, or null when it has none. `view.onPress(button, element)` is called for buttons
 * that reach the community; links open by themselves (and are told of too).
 */
export function keyboard(description, view) {
  const rows = ((description && description.buttons) || []).filter((row) => row.length);
  if (!rows.length) return null;
  return h(
    "div.keyboard",
    { dataset: { testid: "keyboard" }, role: "group", "aria-label": "Кнопки сообщения" },
    rows.map((row, line) => h("div.keys", {}, row.map((button, place) => key(button, `${line}.${place}`, view)))),
  );
}

function key(button, place, view) {
  const action = button.action || {};
  const shared = { dataset: { testid: "button", label: action.label || "", focus: `key-${place}`, kind: action.type } };
  if (action.type === "open_link") {
    const anchor = link(action.link, action.label, view.guide);
    anchor.className = "key secondary";
    Object.assign(anchor.dataset, shared.dataset);
    anchor.append(icon("link"));
    anchor.addEventListener("click", () => view.onPress(action, anchor));
    return anchor;
  }
  const works = action.type === "text" || action.type === "callback";
  const colour = ["primary", "positive", "negative"].includes(button.color) ? button.color : "secondary";
  const element = h(`button.key.${colour}`, { type: "button", disabled: !works, ...shared }, h("span", {}, action.label || action.type));
  if (!works) element.title = "Такие кнопки работают только в самом ВКонтакте";
  element.addEventListener("click", () => view.onPress(action, element));
  if (view.isBusy && view.isBusy(view.cmid, action.label)) element.classList.add("busy");
  return element;
}

/** Photos as a grid, everything else as a line with its name. */
export function attachments(list, view) {
  if (!list || !list.length) return null;
  const photos = list.filter((item) => item.type === "photo");
  const others = list.filter((item) => item.type !== "photo");
  return h(
    "div.attachments",
    {},
    photos.length ? photoGrid(photos, view) : null,
    others.map((item) => otherAttachment(item, view)),
  );
}

function photoGrid(photos, view) {
  const addresses = () => photos.map((item) => pictureAddress(pictureSize(renewed(item.photo), 1280)));
  const grid = h(`div.photos.n${Math.min(photos.length, 10)}`, { dataset: { testid: "photos", count: photos.length } });
  photos.forEach((item, index) => {
    const small = pictureSize(item.photo, photos.length > 2 ? 320 : 604);
    grid.append(
      h(
        "button.photo",
        {
          type: "button",
          dataset: { focus: `photo-${index}` },
          "aria-label": `Фото ${index + 1} из ${photos.length}`,
          onclick: () => view.onPhoto(addresses(), index),
        },
        small ? picture(small) : icon("photo"),
      ),
    );
  });
  return grid;
}

/** The smallest of the photo's sizes that is at least `width` wide. */
function pictureSize(photo, width) {
  const sizes = [...((photo && photo.sizes) || [])].filter((size) => size.url).sort((a, b) => a.width - b.width);
  return sizes.find((candidate) => candidate.width >= width) || sizes[sizes.length - 1] || null;
}

/** A picture's address kept on this page's own origin, whatever name the sandbox calls itself by. */
function pictureAddress(size) {
  if (!size) return null;
  const address = new URL(size.url, location.href);
  return address.pathname + address.search;
}

function picture(size) {
  const measures = size.width && size.height ? { width: size.width, height: size.height } : {};
  return h("img", { src: pictureAddress(size), alt: "", decoding: "async", ...measures });
}

function otherAttachment(item, view) {
  const thing = item[item.type] || {};
  const kind = ATTACHMENT_NAMES[item.type] || "Вложение";
  const title = oneLine(thing.title || thing.question || thing.text || "", 60);
  const wallLink = item.type === "wall" && thing.id ? `https://vk.com/wall${thing.owner_id || thing.from_id || -groupId()}_${thing.id}` : null;
  const address = thing.url && item.type !== "doc" ? thing.url : wallLink;
  const words = title ? `${kind}: ${title}` : kind;
  return h("div.other", { dataset: { testid: "attachment" } }, icon("file"), address ? link(address, words, view.guide) : h("span", {}, words));
}

/** «3 фото», «2 фото и вложение»: attachments in one line. */
export function attachmentWords(list) {
  const photos = (list || []).filter((item) => item.type === "photo").length;
  const others = (list || []).length - photos;
  const words = [];
  if (photos) words.push(`${photos} фото`);
  if (others) words.push(`${others} ${plural(others, "вложение", "вложения", "вложений")}`);
  return words.join(" и ");
}
