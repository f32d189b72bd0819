/* The page's only way out: the sandbox's control addresses on the same origin. */

/* The sandbox explains refusals to programmers; these are the ones a person meets on the page. */
const REFUSALS = [
  [/is not in the chat/, "Этот человек не состоит в чате."],
  [/cannot write to the community/, "Этот человек не может написать сообществу: он в чёрном списке или страница удалена."],
  [/no button/, "Этой кнопки на сообщении уже нет."],
  [/no message/, "Этого сообщения уже нет."],
  [/no (post|suggestion)/, "Этой записи уже нет."],
];

/* Posts and messages of one place beyond this many are history that nobody scrolls to. */
const KEPT = 200;
const LONGEST_SILENCE_MILLISECONDS = 40000;

/** The next state after `since`; answers early when something happens. */
export async function nextState(since) {
  const signal = AbortSignal.timeout(LONGEST_SILENCE_MILLISECONDS);
  const answer = await fetch(`/sandbox/state?since=${since}&wait=25&last=${KEPT}`, { signal, cache: "no-store" });
  if (!answer.ok) throw new Error(`state ${answer.status}`);
  return answer.json();
}

/** Something a person does. Resolves with the sandbox's answer, throws an Error with its sentence when refused. */
export async function act(action, details) {
  const answer = await fetch("/sandbox/do", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ action, ...details }),
  });
  const body = await answer.json().catch(() => null);
  if (!answer.ok || !body || body.ok === false) {
    throw new Error(inRussian((body && body.error) || `ответ ${answer.status}`));
  }
  return body;
}

function inRussian(sentence) {
  const known = REFUSALS.find(([pattern]) => pattern.test(sentence));
  return known ? known[1] : `Не получилось: ${sentence}`;
}

/** Ready news to suggest in one click; a sandbox without any simply has none. */
export async function readySamples() {
  const answer = await fetch("/sandbox/samples");
  if (!answer.ok) return [];
  const body = await answer.json();
  return Array.isArray(body) ? body : body.samples || [];
}
