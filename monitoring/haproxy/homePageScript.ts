/** The home page's script: asks `/health` every two seconds and writes what it hears, in words and in colour. */
export const homePageScript = `
const marks = { good: "\\u25cf", fair: "\\u25b2", bad: "\\u2715" };
// Spelt out: a relative address would inherit user:password of the page's own, which fetch refuses.
const healthAddress = location.origin + "/health";
const overall = document.getElementById("overall");
const checked = document.getElementById("checked");

function tone(element, name) {
  element.classList.remove("good", "fair", "bad");
  if (name) element.classList.add(name);
}
function write(element, text) {
  if (element.textContent !== text) element.textContent = text; // a screen reader repeats what is written
}
function show(pool) {
  const servers = Object.entries(pool.servers);
  const up = servers.filter(([, isUp]) => isUp).length;
  const state = up === servers.length ? "good" : up > 0 ? "fair" : "bad";
  const card = document.querySelector('[data-pool="' + pool.name + '"]');
  if (card) {
    const text = { good: "up", fair: up + " of " + servers.length + " up", bad: "down" }[state];
    write(card.querySelector(".state"), marks[state] + " " + text);
    tone(card.querySelector(".state"), state);
    for (const [name, isUp] of servers) {
      const mark = card.querySelector('[data-server="' + name + '"]');
      write(mark, (isUp ? marks.good + " up" : marks.bad + " down"));
      tone(mark, isUp ? "good" : "bad");
    }
  }
  return { name: card ? card.dataset.title : pool.name, state, servers };
}
function summarise(pools) {
  const down = pools.filter((pool) => pool.state === "bad").map((pool) => pool.name);
  const servers = new Map(pools.flatMap((pool) => pool.servers));
  const failed = [...servers].filter(([, isUp]) => !isUp).map(([name]) => name);
  if (down.length > 0) return ["bad", "Down: " + down.join(", ")];
  if (failed.length > 0) return ["fair", "Working on spares. Down: " + failed.join(", ")];
  return ["good", "Everything is up: " + servers.size + " of " + servers.size + " servers answer"];
}
function unknown() {
  tone(overall, "bad");
  write(overall.firstElementChild, marks.bad + " The edge does not answer: states are unknown");
  for (const element of document.querySelectorAll(".state, [data-server]")) {
    write(element, "? unknown");
    tone(element);
  }
}
async function poll() {
  try {
    const answer = await fetch(healthAddress, { cache: "no-store", signal: AbortSignal.timeout(4000) });
    if (!answer.ok) throw new Error(String(answer.status));
    const [state, text] = summarise((await answer.json()).pools.map(show));
    tone(overall, state);
    write(overall.firstElementChild, marks[state] + " " + text);
    checked.textContent = "checked " + new Date().toLocaleTimeString();
  } catch {
    unknown();
  }
  setTimeout(poll, 2000);
}
poll();
`;
