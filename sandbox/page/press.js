/* A press on a button: the spinner from the touch until the community's answer, and the answer as a notice.
   Knows nothing about what the press means. */

import { act } from "./api.js";
import { h, toast } from "./dom.js";
import { link } from "./richtext.js";
import { nameOf, world } from "./world.js";

const ANSWER_SECONDS = 60;

const waiting = new Map();
const answered = new Set();
let firstState = true;

const place = (peerId, cmid, label) => `${peerId}|${cmid}|${label}`;

export const isBusy = (peerId, cmid, label) => waiting.has(place(peerId, cmid, label));

/**
 * Presses a callback button and lets it spin until the event is answered, or VK's minute is over. `press` is what
 * the sandbox is told, `spot` the message on the page, `column` where a refusal is shown.
 */
export async function pressCallback({ press, spot, column }) {
  const where = place(press.peer_id, spot, press.label);
  if (waiting.has(where)) return;
  const wait = { eventId: null, column, timer: 0 };
  waiting.set(where, wait);
  showBusy(press.peer_id, spot, press.label, true);
  try {
    const answer = await act("press", press);
    wait.eventId = answer.event_id || null;
    if (!wait.eventId || answered.has(wait.eventId)) finish(where);
    else wait.timer = setTimeout(() => giveUp(where), ANSWER_SECONDS * 1000);
  } catch (error) {
    finish(where);
    toast(column, error.message, "error");
  }
}

function giveUp(spot) {
  const press = waiting.get(spot);
  finish(spot);
  if (press) toast(press.column, "Бот не ответил на нажатие за минуту. Работает ли он?", "error");
}

function finish(spot) {
  const press = waiting.get(spot);
  if (!press) return;
  clearTimeout(press.timer);
  waiting.delete(spot);
  const [peerId, message, ...label] = spot.split("|");
  showBusy(peerId, message, label.join("|"), false);
}

function showBusy(peerId, cmid, label, busy) {
  for (const element of document.querySelectorAll(`[data-peer="${peerId}"][data-cmid="${cmid}"] .key`)) {
    if (element.dataset.label === label) element.classList.toggle("busy", busy);
  }
}

/** Shows the answers that came since the last state; those of before the page was opened stay history. */
export function showAnswers(state, guide) {
  for (const answer of state.snackbars) {
    const name = answer.event_id || `${answer.user_id}@${answer.at}`;
    if (answered.has(name)) continue;
    answered.add(name);
    for (const [spot, press] of waiting) if (press.eventId === answer.event_id) finish(spot);
    if (!firstState) announce(answer, guide);
  }
  firstState = false;
}

function announce(answer, guide) {
  const inChat = isChat(answer.peer_id);
  const address = answer.link || (answer.event_data && answer.event_data.link) || null;
  if (!answer.text && !address) return;
  const current = inChat ? world.moderatorId : world.authorId;
  const prefix = answer.user_id === current ? "" : `${nameOf(answer.user_id)}: `;
  toast(inChat ? "chat" : "phone", prefix + (answer.text || ""), "plain", address ? h("b", {}, link(address, "Открыть", guide)) : null);
}

const isChat = (peerId) => peerId >= 2000000000;
