/* Column one, the author's phone: who holds it, the «Предложить новость» form, what waits for a decision, and
   the dialogue with the community. */

import { act } from "./api.js";
import { byId, followEnd, growing, h, icon, isShown, keyed, pressTwice, sendsOnEnter, setHidden, setText, staysAtEnd, toEnd, toast } from "./dom.js";
import { attachmentWords, avatar, conversation, keyboard } from "./message.js";
import { isBusy, pressCallback } from "./press.js";
import { moment, oneLine, plural } from "./richtext.js";
import { showPhoto } from "./viewer.js";
import { authors, dialogOf, memory, nameOf, now, printOf, world } from "./world.js";

const MOST_PHOTOS = 10;
const ROOMY_HEIGHT = 1000;
const REACH = {
  allowed: "получает письма сообщества",
  never_wrote: "ещё не писал сообществу: письма не дойдут",
  denied: "запретил сообщения: письма не дойдут",
  blacklisted: "в чёрном списке сообщества",
  privacy: "закрыл сообщения настройками",
  deleted: "страница удалена",
};

let photos = 0;
let editing = null;
let dialogPhotos = 0;
let samples = [];
let guide = null;
let redraw = () => {};
let shownDialog = null;
let fitSuggest = () => {};
let fitDialog = () => {};
const seen = new Map();

export function startPhone(context) {
  guide = context.guide;
  redraw = context.redraw;
  fitSuggest = growing(byId("suggest-text"));
  fitDialog = growing(byId("dialog-input"));
  byId("suggest").addEventListener("submit", submitSuggestion);
  byId("suggest-photo-add").addEventListener("click", () => setPhotos(photos + 1));
  byId("suggest-cancel").addEventListener("click", clearForm);
  byId("dialog-form").addEventListener("submit", sendLetter);
  byId("dialog-photo").addEventListener("click", () => setDialogPhotos((dialogPhotos + 1) % (MOST_PHOTOS + 1)));
  byId("permission").addEventListener("change", changePermission);
  byId("pane-news").addEventListener("click", () => showPane("news"));
  byId("pane-dialog").addEventListener("click", () => showPane("dialog"));
  sendsOnEnter(byId("dialog-input"), byId("dialog-form"));
  staysAtEnd(byId("dialog-messages"), document.querySelector(".fresh[data-for=dialog-messages]"));
  byId("own").open = byId("pane-dialog").clientHeight > 0 || window.innerHeight >= ROOMY_HEIGHT;
}

export function setSamples(list) {
  samples = list;
  if (world.state) drawSamples();
}

export function drawPhone() {
  drawAuthors();
  drawSamples();
  drawOwn();
  drawDialog();
}

export function chooseAuthor(id) {
  world.authorId = id;
  memory.write("author", id);
  if (editing && editing.from_id !== id) clearForm();
  redraw();
  byId("authors").querySelector(":checked").parentElement.scrollIntoView({ inline: "nearest", block: "nearest" });
}

function showPane(name) {
  byId("column-phone").dataset.pane = name;
  byId("pane-news").setAttribute("aria-pressed", String(name === "news"));
  byId("pane-dialog").setAttribute("aria-pressed", String(name === "dialog"));
  if (name === "dialog") toEnd(byId("dialog-messages"));
  redraw();
}

/* Who holds the phone */

function drawAuthors() {
  keyed(byId("authors"), authors().map(authorItem));
  for (const input of byId("authors").querySelectorAll("input")) {
    input.checked = Number(input.value) === world.authorId;
  }
}

function authorItem(person) {
  const unread = unreadOf(person.id);
  return {
    key: person.id,
    print: JSON.stringify([person.name, person.city, person.role, unread]),
    build: () =>
      h(
        "label.face",
        { dataset: { testid: `author-${person.id}` }, title: `${person.name}${person.city ? `, ${person.city}` : ""}` },
        h("input", {
          type: "radio",
          name: "author",
          value: person.id,
          dataset: { focus: "face" },
          onchange: () => chooseAuthor(person.id),
        }),
        h("span.ring", {}, avatar(person.id), unread ? h("i.dot", { title: "Новое письмо" }) : null),
        h("b", {}, person.name.split(" ")[0]),
        h("small", {}, person.city || (person.role === "stranger" ? "посторонний" : "")),
      ),
  };
}

function incoming(userId) {
  const dialog = dialogOf(userId);
  const letters = dialog ? dialog.messages.filter((message) => message.from_id < 0) : [];
  return letters.length ? letters[letters.length - 1].conversation_message_id : 0;
}

function unreadOf(userId) {
  const last = incoming(userId);
  if (!seen.has(userId)) seen.set(userId, last);
  if (userId === world.authorId && dialogIsOpen()) seen.set(userId, last);
  return last > seen.get(userId);
}

const dialogIsOpen = () => isShown(byId("dialog-messages"));

/** Whether a letter waits unread on the shown person's phone or on another's. */
export const phoneHasNews = () => authors().some((person) => unreadOf(person.id));

/* The form */

function drawSamples() {
  keyed(
    byId("samples"),
    samples.map((sample) => ({
      key: sample.id,
      print: JSON.stringify([sample, nameOf(sample.user_id)]),
      build: () => sampleCard(sample),
    })),
  );
}

function sampleCard(sample) {
  const person = world.people.get(sample.user_id);
  const count = sampleSizes(sample);
  const about = [person ? person.city || person.name : "", count ? `${count} фото` : "без фото"].filter(Boolean).join(" · ");
  return h(
    "div.sample",
    { role: "listitem", dataset: { testid: `sample-${sample.id}` } },
    h(
      "button.sample-pick",
      { type: "button", dataset: { testid: "sample-pick" }, title: oneLine(sample.text, 300), onclick: () => pickSample(sample) },
      h("b", {}, sample.title),
      h("small", {}, about),
    ),
    h(
      "button.sample-send",
      {
        type: "button",
        dataset: { testid: "sample-send" },
        "aria-label": `Предложить сразу: ${sample.title}`,
        onclick: () => sendSample(sample),
      },
      icon(sample.sent ? "check" : "send"),
      h("span", {}, sample.sent ? "Ещё раз" : "Предложить"),
    ),
  );
}

const sampleSizes = (sample) => (Array.isArray(sample.photos) ? sample.photos.length : Number(sample.photos) || 0);

function pickSample(sample) {
  if (world.people.has(sample.user_id)) chooseAuthor(sample.user_id);
  clearForm();
  byId("suggest-text").value = sample.text;
  fitSuggest();
  setPhotos(sampleSizes(sample));
  byId("suggest-submit").focus();
}

async function sendSample(sample) {
  if (world.people.has(sample.user_id)) chooseAuthor(sample.user_id);
  const details = { user_id: world.authorId, text: sample.text, photos: sample.photos || 0 };
  if (sample.attachments) details.attachments = sample.attachments;
  const sent = await attempt(() => act("suggest", details));
  if (!sent) return;
  sample.sent = true;
  drawSamples();
  toast("phone", "Новость предложена. Смотрите чат модераторов.");
}

function setPhotos(count) {
  photos = Math.max(0, Math.min(MOST_PHOTOS, count));
  const tiles = Array.from({ length: photos }, (_, index) => ({
    key: index,
    print: String(index),
    build: () =>
      h(
        `button.tile.hue-${(index * 3) % 8}`,
        { type: "button", dataset: { testid: "suggest-photo" }, "aria-label": `Убрать фото ${index + 1}`, onclick: () => setPhotos(photos - 1) },
        icon("photo"),
        h("i", { "aria-hidden": "true" }, "×"),
      ),
  }));
  keyed(byId("suggest-photos"), tiles);
  byId("suggest-photo-add").disabled = photos >= MOST_PHOTOS;
}

function clearForm() {
  editing = null;
  byId("suggest-text").value = "";
  setPhotos(0);
  fitSuggest();
  setText(byId("suggest-submit"), "Предложить");
  setHidden(byId("suggest-cancel"), true);
}

async function submitSuggestion(event) {
  event.preventDefault();
  const text = byId("suggest-text").value;
  if (!text.trim() && !photos) {
    toast("phone", "Напишите текст или добавьте фото.", "error");
    byId("suggest-text").focus();
    return;
  }
  const button = byId("suggest-submit");
  button.disabled = true;
  const changed = editing;
  const done = await attempt(() =>
    changed
      ? act("edit_suggestion", { post_id: changed.id, text, ...(photos === photosOf(changed) ? {} : { photos }) })
      : act("suggest", { user_id: world.authorId, text, photos }),
  );
  button.disabled = false;
  if (!done) return;
  clearForm();
  toast("phone", changed ? "Новость изменена. ВКонтакте не сообщает об этом боту: он заметит сам." : "Новость предложена. Смотрите чат модераторов.");
}

async function attempt(work) {
  try {
    await work();
    return true;
  } catch (error) {
    toast("phone", error.message, "error");
    return false;
  }
}

/* What waits for a decision */

function drawOwn() {
  const own = world.state.suggestions.filter((post) => post.from_id === world.authorId);
  const words = plural(own.length, "новость", "новости", "новостей");
  setText(byId("own-title"), own.length ? `На рассмотрении ${own.length} ${words}` : "На рассмотрении пока ничего нет");
  byId("own").classList.toggle("none", !own.length);
  keyed(
    byId("own-list"),
    own.map((post) => ({ key: post.id, print: printOf(post, moment(post.date, now())), build: () => ownItem(post) })),
  );
}

function ownItem(post) {
  const about = [moment(post.date, now()), attachmentWords(post.attachments)].filter(Boolean).join(" · ");
  return h(
    "article.slip",
    { dataset: { testid: "own-suggestion", postId: post.id } },
    h("div", {}, h("p", {}, oneLine(post.text, 80) || "Без текста"), h("small", {}, about)),
    h("button.ghost.small", { type: "button", dataset: { testid: "own-edit", focus: "edit" }, onclick: () => editOwn(post) }, "Изменить"),
    pressTwice(
      h("button.ghost.small", { type: "button", dataset: { testid: "own-delete", focus: "delete" } }, "Забрать"),
      "Точно забрать?",
      () => attempt(() => act("delete_suggestion", { post_id: post.id, user_id: post.from_id })),
    ),
  );
}

const photosOf = (post) => post.attachments.filter((item) => item.type === "photo").length;

function editOwn(post) {
  editing = post;
  byId("suggest-text").value = post.text;
  setPhotos(photosOf(post));
  fitSuggest();
  setText(byId("suggest-submit"), "Сохранить");
  setHidden(byId("suggest-cancel"), false);
  byId("suggest-text").focus();
}

/* The dialogue */

function drawDialog() {
  const person = world.people.get(world.authorId);
  const dialog = dialogOf(world.authorId);
  const messages = dialog ? dialog.messages : [];
  const reach = person ? person.messages : "never_wrote";
  setText(byId("dialog-title"), world.state.group.name);
  setText(byId("dialog-note"), person ? `${person.name.split(" ")[0]}: ${REACH[reach] || reach}` : "");
  const permission = byId("permission");
  permission.checked = reach === "allowed";
  permission.disabled = !person || !["allowed", "never_wrote", "denied"].includes(reach);
  const scroller = byId("dialog-messages");
  const items = messages.length ? conversation(messages, dialogView(person)) : [emptyDialog(person)];
  if (shownDialog !== world.authorId) toEnd(scroller);
  shownDialog = world.authorId;
  followEnd(scroller, () => keyed(scroller, items));
  drawKeyboard(dialog, person);
  setHidden(byId("pane-dialog").querySelector(".dot"), !unreadOf(world.authorId));
}

function dialogView(person) {
  return {
    peerId: person.id,
    me: person.id,
    guide,
    onPhoto: showPhoto,
    onQuote: (cmid) => guide.message("dialog-messages", cmid),
    onPress: (action, element) => pressInDialog(action, element),
    isBusy: (cmid, label) => isBusy(person.id, cmid, label),
  };
}

function emptyDialog(person) {
  return {
    key: `empty-${world.authorId}`,
    print: "empty",
    build: () =>
      h(
        "div.empty",
        { dataset: { testid: "dialog-empty" } },
        h("b", {}, "Здесь сообщество отвечает автору"),
        h("p", {}, "Первым ВКонтакте писать не даёт: включите «Разрешить сообщения» или нажмите «Начать», и письма о новости придут сюда."),
        h("button.solid", { type: "button", dataset: { testid: "dialog-start" }, onclick: () => write("Начать", { payload: { command: "start" } }) }, "Начать"),
      ),
  };
}

function drawKeyboard(dialog, person) {
  const description = dialog && dialog.keyboard && dialog.keyboard.buttons ? dialog.keyboard : null;
  const view = person ? { ...dialogView(person), cmid: "keyboard" } : null;
  const box = byId("dialog-keyboard");
  const keys = description ? keyboard(description, view) : null;
  box.dataset.peer = world.authorId;
  box.dataset.cmid = "keyboard";
  keyed(box, keys ? [{ key: world.authorId, print: JSON.stringify(description), build: () => keys }] : []);
  setHidden(box, !keys);
}

/** Buttons under the message box belong to no message, so their press names none. */
function pressInDialog(action, element) {
  const { cmid } = element.closest("[data-cmid]").dataset;
  const userId = world.authorId;
  const own = cmid === "keyboard" ? {} : { cmid: Number(cmid) };
  if (action.type === "callback") {
    pressCallback({ press: { user_id: userId, peer_id: userId, label: action.label, ...own }, spot: cmid, column: "phone" });
  } else {
    attempt(() => act("press", { user_id: userId, peer_id: userId, label: action.label, ...own }));
  }
}

async function write(text, extra = {}) {
  const sent = await attempt(() => act("write", { user_id: world.authorId, peer_id: "group", text, ...extra }));
  if (sent) toEnd(byId("dialog-messages"));
  return sent;
}

async function sendLetter(event) {
  event.preventDefault();
  const input = byId("dialog-input");
  const text = input.value.trim();
  if (!text && !dialogPhotos) return;
  if (!(await write(text, dialogPhotos ? { photos: dialogPhotos } : {}))) return;
  if (input.value.trim() === text) input.value = "";
  fitDialog();
  setDialogPhotos(0);
}

function setDialogPhotos(count) {
  dialogPhotos = count;
  const mark = byId("dialog-photo").querySelector(".count");
  setText(mark, String(count));
  setHidden(mark, !count);
  byId("dialog-photo").setAttribute("aria-label", count ? `Приложено фото: ${count}. Ещё одно` : "Приложить фото");
}

async function changePermission(event) {
  const allowed = event.target.checked;
  const done = await attempt(() => act(allowed ? "allow_messages" : "deny_messages", { user_id: world.authorId }));
  if (!done) event.target.checked = !allowed;
  else toast("phone", `${nameOf(world.authorId)}: сообщения ${allowed ? "разрешены" : "запрещены"}.`);
}
