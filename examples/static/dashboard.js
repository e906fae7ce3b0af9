// Shows each message of the server: numbers as they are, and what has changed since the one before.
"use strict";

const SHOWN = 60; // half a minute
const state = document.getElementById("state");
const lines = {};
let before;

function write(number) {
  return number.toLocaleString("en", { maximumFractionDigits: Number.isInteger(number) ? 0 : 1 });
}

function draw(name, number) {
  document.getElementById(name).textContent = write(number);
  const line = (lines[name] ||= []);
  line.push(number);
  if (line.length > SHOWN) line.shift();
  const most = Math.max(...line) || 1;
  const points = line.map((value, n) => `${100 - ((line.length - 1 - n) * 100) / (SHOWN - 1)},${38 - (36 * value) / most}`);
  document.getElementById(`${name}-line`).setAttribute("points", points.join(" "));
}

function show(now) {
  for (const cell of document.querySelectorAll("[data-field]")) {
    cell.textContent = write(now[cell.dataset.of][cell.dataset.field]);
  }
  for (const button of document.querySelectorAll("#load button")) {
    button.ariaPressed = String(button.value === now.level);
  }
  if (before) {
    const seconds = now.time - before.time;
    const grown = (name) => now.calls[name] - before.calls[name];
    draw("rate", Math.round(grown("finished") / seconds));
    draw("busy", now.calls.busy);
    draw("waiting", now.calls.waiting);
    draw("wait", (1000 * grown("waited_seconds")) / (grown("started") || 1));
    draw("run", (1000 * grown("run_seconds")) / (grown("started") || 1));
    draw("refused", Math.round(grown("refused") / seconds));
  }
  before = now;
}

const numbers = new EventSource("/numbers");
numbers.onopen = () => {
  before = undefined; // another process may tell now
  state.textContent = "Live";
  state.classList.remove("off");
};
numbers.onerror = () => {
  state.textContent = "Not connected: trying again";
  state.classList.add("off");
};
numbers.onmessage = (event) => show(JSON.parse(event.data));

// Without this the page would be loaded anew, and the lines begin again.
document.getElementById("load").addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new URLSearchParams({ _xsrf: event.target._xsrf.value, level: event.submitter.value });
  fetch("/", { method: "POST", body: fields });
});
