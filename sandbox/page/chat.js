/* Column two, the moderators' chat: who speaks, the cards with their buttons, replies and commands. */

import { act } from "./api.js";
import { byId, followEnd, growing, h, keyed, sendsOnEnter, setHidden, setText, staysAtEnd, toEnd, toast } from "./dom.js";
import { avatar, conversation } from "./message.js";
import { isBusy, pressCallback } from "./press.js";
import { oneLine, plural } from "./richtext.js";
import { showPhoto } from "./viewer.js";
import { chat, chatFaces, isOutsider, memory, nameOf, roleName, world } from "./world.js";

const COMMANDS = ["/очередь", "/план", "/статус", "/помощь"];

let guide = null;
let redraw = () => {};
let replyTo = null;
let fit = () => {};

export function startChat(context) {
  guide = context.guide;
  redraw = context.redraw;
  fit = growing(byId("chat-input"));
  byId("chat-form").addEventListener("submit", send);
  byId("chat-reply-cancel").addEventListener("click", () => setReply(null));
  sendsOnEnter(byId("chat-input"), byId("chat-form"));
  staysAtEnd(byId("chat-messages"), document.querySelector(".fresh[data-for=chat-messages]"));
  byId("chat-input").addEventListener("keydown", (event) => {
    if (event.key === "Escape") setReply(null);
  });
  byId("commands").append(
    ...COMMANDS.map((command) =>
      h("button.chip", { type: "button", dataset: { testid: "command" }, onclick: () => write(command) }, command),
    ),
  );
}

export function drawChat() {
  const room = chat();
  drawFaces();
  const members = room ? room.members.length : 0;
  setText(byId("chat-note"), room ? `${room.title} · ${members} ${plural(members, "участник", "участника", "участников")} и бот` : "Чата ещё нет");
  const scroller = byId("chat-messages");
  const messages = room ? room.messages : [];
  const items = messages.length ? conversation(messages, view(room)) : [emptyChat()];
  followEnd(scroller, () => keyed(scroller, items));
}

/** A mark that changes when something new is said or changed in the chat. */
export function chatMark() {
  const room = chat();
  const last = room && room.messages[room.messages.length - 1];
  return last ? last.conversation_message_id : 0;
}

function drawFaces() {
  keyed(
    byId("moderators"),
    chatFaces().map((person) => ({
      key: person.id,
      print: JSON.stringify([person.name, person.role]),
      build: () => face(person),
    })),
  );
  for (const input of byId("moderators").querySelectorAll("input")) {
    input.checked = Number(input.value) === world.moderatorId;
  }
}

function face(person) {
  return h(
    "label.face",
    { dataset: { testid: `moderator-${person.id}` }, title: person.name },
    h("input", { type: "radio", name: "moderator", value: person.id, dataset: { focus: "face" }, onchange: () => choose(person.id) }),
    h("span.ring", {}, avatar(person.id)),
    h("b", {}, person.name.split(" ")[0]),
    h("small", {}, isOutsider(person) ? "посторонний" : roleName(person)),
  );
}

function choose(id) {
  world.moderatorId = id;
  memory.write("moderator", id);
  redraw();
}

function emptyChat() {
  return {
    key: "empty",
    print: "empty",
    build: () =>
      h(
        "div.empty",
        { dataset: { testid: "chat-empty" } },
        h("b", {}, "2. Сюда придёт карточка новости"),
        h("p", {}, "Предложите новость слева. Бот пришлёт карточку с кнопками: нажмите «Опубликовать», «В очередь» или «Отклонить»."),
        h("p", {}, "Если карточки нет несколько секунд, проверьте, что бот запущен."),
      ),
  };
}

function view(room) {
  return {
    peerId: room.peer_id,
    me: world.moderatorId,
    guide,
    onPhoto: showPhoto,
    onReply: setReply,
    onQuote: (cmid) => guide.message("chat-messages", cmid),
    onPress: (action, element) => press(room, action, element),
    isBusy: (cmid, label) => isBusy(room.peer_id, cmid, label),
  };
}

/** Someone outside the chat sees no buttons; what they can do is forge a press, and that is what is sent. */
async function press(room, action, element) {
  const cmid = Number(element.closest("[data-cmid]").dataset.cmid);
  const userId = world.moderatorId;
  const details = { user_id: userId, peer_id: room.peer_id, cmid, label: action.label };
  if (!room.members.includes(userId)) {
    if (action.type === "open_link") return;
    Object.assign(details, { forged: true, payload: action.payload, as: action.type });
    toast("chat", `${nameOf(userId)} не в чате: отправлено поддельное нажатие.`);
  }
  if (action.type === "callback") await pressCallback({ press: details, spot: cmid, column: "chat" });
  else await attempt(() => act("press", details));
}

function setReply(message) {
  replyTo = message ? message.conversation_message_id : null;
  setHidden(byId("chat-reply"), !message);
  if (!message) return;
  setText(byId("chat-reply-name"), `Ответ: ${nameOf(message.from_id)}`);
  setText(byId("chat-reply-text"), oneLine(message.text, 110) || "Вложение");
  byId("chat-input").focus();
}

async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    toast("chat", error.message, "error");
    return false;
  }
}

async function write(text) {
  const room = chat();
  if (!room) {
    toast("chat", "В песочнице нет чата модераторов.", "error");
    return false;
  }
  if (!room.members.includes(world.moderatorId)) {
    toast("chat", `${nameOf(world.moderatorId)} не состоит в чате и писать сюда не может.`, "error");
    return false;
  }
  const details = { user_id: world.moderatorId, peer_id: room.peer_id, text };
  if (replyTo !== null) details.reply_to_cmid = replyTo;
  const sent = await attempt(() => act("write", details));
  if (sent) {
    setReply(null);
    toEnd(byId("chat-messages"));
  }
  return sent;
}

async function send(event) {
  event.preventDefault();
  const input = byId("chat-input");
  const text = input.value.trim();
  if (!text || !(await write(text))) return;
  if (input.value.trim() === text) input.value = "";
  fit();
}
