"use strict";

const kept = new Map(); // calls that have ended, by their number
const most = 300;
let openRoutes; // once there are calls, first the route on top
let dirty = false;

const at = (id) => document.getElementById(id);

// text returns an element with text, which the browser never reads as markup.
function element(tag, text, cls) {
  const e = document.createElement(tag);
  if (text !== undefined) e.textContent = text;
  if (cls) e.className = cls;
  return e;
}

function lasting(ms) {
  const seconds = Math.round(ms / 1000);
  if (seconds >= 60) return Math.floor(seconds / 60) + "m" + seconds % 60 + "s";
  if (ms >= 1000) return (ms / 1000).toFixed(2) + "s";
  return (ms >= 10 ? ms.toFixed(0) : ms.toFixed(1)) + "ms";
}

function fill(id, rows, empty) {
  const table = at(id);
  const body = table.tBodies[0];
  if (rows.length === 0) {
    const row = element("tr");
    const cell = element("td", empty, "empty");
    cell.colSpan = table.tHead.rows[0].cells.length;
    row.append(cell);
    rows = [row];
  }
  body.replaceChildren(...rows);
}

function row(cells, call, running) {
  const r = element("tr");
  for (const c of cells) r.append(c instanceof Node ? c : element("td", c));
  if (call) {
    r.className = "open";
    r.tabIndex = 0;
    const show = () => detail(call, running);
    r.addEventListener("click", show);
    r.addEventListener("keydown", (e) => { if (e.key === "Enter") show(); });
  }
  return r;
}

function waitsFor(c) { return c.for + (c.why ? ": " + c.why : ""); }

function since(c) {
  return lasting(c.since_ms) + (c.planned_ms ? " of " + lasting(c.planned_ms) : "");
}

function fleet(f) {
  if (!f) return "";
  if (f.down_ms) return element("td", "store down for " + lasting(f.down_ms) + ", members: " + f.members, "bad");
  return "members: " + f.members + ", held: " + f.held + ", asks: " + f.asks;
}

function showLive(s) {
  at("running-count").textContent = s.count > s.running.length ? s.count + ", of which the oldest " + s.running.length : s.count;
  at("counts").textContent = s.begun + " calls so far, " + Math.round(s.memory / 1024) + " of " + Math.round(s.most / 1024) + " KiB";
  fill("running", s.running.map((c) => row([
    lasting(c.took_ms + (c.for === "body" ? c.since_ms : 0)), waitsFor(c), since(c), element("td", c.method + " " + c.url, "call"), String(c.made), element("td", c.id, "id"),
  ], c, true)), "no call is running");
  fill("limiters", s.limiters.map((k) => row([
    k.limiter, k.key, k.rate === null ? "no limit" : String(k.rate), String(k.waiting), String(k.running), k.paused_ms ? lasting(k.paused_ms) : "", fleet(k.fleet),
  ])), "no limiter, or none of its keys is in use");
  fill("keys", s.keys.map((k) => row([
    k.layer, k.key, k.state || "", k.since_ms ? lasting(k.since_ms) : "", k.until_ms ? lasting(k.until_ms) : "", k.detail || "",
  ])), "no bulkhead or breaker, or none of its keys is in use");
  fill("budgets", s.budgets.map((b) => row([b.name, String(b.left)])), "none");
}

function addCalls(message) {
  if (message.all) kept.clear();
  for (const c of message.calls) kept.set(c.serial, c);
  while (kept.size > most) kept.delete(kept.keys().next().value);
  draw();
}

// draw shows the calls that have ended, at most twice a second.
function draw() {
  if (dirty) return;
  dirty = true;
  setTimeout(() => { dirty = false; showEnded(); }, 500);
}

function showEnded() {
  const routes = new Map();
  for (const c of kept.values()) {
    if (at("only-failed").checked && c.outcome !== "failure") continue;
    if (!routes.has(c.route)) routes.set(c.route, []);
    routes.get(c.route).push(c);
  }
  at("ended-count").textContent = kept.size;
  const names = [...routes.keys()].sort();
  if (!openRoutes && names.length > 0) openRoutes = new Set([names[0]]);
  at("ended").replaceChildren(...names.map((route) => group(route, routes.get(route))));
}

function quantile(sorted, q) { return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))]; }

function group(route, calls) {
  const d = element("details");
  d.open = openRoutes.has(route);
  d.addEventListener("toggle", () => { if (d.open) openRoutes.add(route); else openRoutes.delete(route); });
  const took = calls.map((c) => c.took_ms).sort((a, b) => a - b);
  const failed = calls.filter((c) => c.outcome === "failure").length;
  const attempts = calls.reduce((sum, c) => sum + c.made, 0);
  const title = element("summary", route);
  title.append(element("span", calls.length + " calls, " + failed + " failed, " + (attempts / calls.length).toFixed(2) +
    " attempts each, p50 " + lasting(quantile(took, 0.5)) + ", p95 " + lasting(quantile(took, 0.95)), "figures"));
  d.append(title);
  const table = element("table");
  const body = element("tbody");
  const shown = calls.slice(-20).reverse();
  const scale = Math.max(...shown.map(total), 1);
  for (const c of shown) {
    const fall = element("td", undefined, "fall");
    fall.append(waterfall(c, scale));
    body.append(row([
      new Date(c.begun).toLocaleTimeString(), element("td", ending(c), c.outcome), String(c.made) + (c.made === 1 ? " attempt" : " attempts") + hedged(c), lasting(c.took_ms), fall,
    ], c, false));
  }
  table.append(body);
  d.append(table);
  return d;
}

function hedged(c) {
  const legs = c.attempts.filter((a) => a.leg > 1);
  return legs.length === 0 ? "" : legs.some((a) => !a.lost) ? ", a hedge won" : ", hedged";
}

function ending(c) { return c.status ? c.status + (c.body && c.body.error ? ", broken body" : "") : c.class || "ended"; }

function total(c) { return Math.max(c.took_ms, c.body ? c.body.took_ms : 0); }

function waterfall(c, scale) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 1000 10");
  svg.setAttribute("preserveAspectRatio", "none");
  const bar = (from, took, cls, title, leg) => { // the legs of a hedge are below each other
    const r = document.createElementNS("http://www.w3.org/2000/svg", "rect");
    r.setAttribute("x", 1000 * from / scale);
    r.setAttribute("width", Math.max(4, 1000 * took / scale));
    const thin = cls === "backoff" || cls === "limit" || cls === "other";
    r.setAttribute("y", leg > 1 ? 6 : thin ? 4 : 1);
    r.setAttribute("height", leg ? 4 : thin ? 2 : 8);
    r.setAttribute("class", cls);
    const t = document.createElementNS("http://www.w3.org/2000/svg", "title");
    t.textContent = title;
    r.append(t);
    svg.append(r);
  };
  let cursor = 0, next = 0;
  const waits = (before) => {
    for (; next < c.waits.length && c.waits[next].before <= before; next++) {
      const w = c.waits[next];
      bar(cursor, w.for_ms, w.cause === "backoff" || w.cause === "limit" ? w.cause : "other", w.cause + " " + lasting(w.for_ms) + ": " + w.reason);
      cursor += w.for_ms;
    }
  };
  for (const a of c.attempts) {
    waits(a.number);
    const title = "#" + a.number + (a.leg > 1 ? " hedge " : " ") + (a.lost ? "lost " : "") + (a.status || a.error) + " in " + lasting(a.took_ms);
    bar(a.begun_ms, a.took_ms, a.lost ? "beaten" : a.status && a.status < 400 ? "good" : "bad", title, a.leg);
    let from = a.begun_ms;
    for (const p of a.phases || []) {
      if (p.took_ms > 0 && ["dns", "connect", "tls"].includes(p.name)) bar(from, p.took_ms, "connect", p.name + " " + lasting(p.took_ms));
      from += p.took_ms;
    }
    cursor = a.begun_ms + a.took_ms;
  }
  waits(Infinity);
  if (c.body && c.body.took_ms > c.took_ms) bar(c.took_ms, c.body.took_ms - c.took_ms, "body", "body, " + c.body.read + " bytes");
  return svg;
}

async function detail(c, running) {
  let d = { timeline: "the program does not respond", curl: [] };
  try {
    const response = await fetch("call?id=" + c.serial + (running ? "&running=1" : ""));
    d = response.ok ? await response.json() : { timeline: await response.text(), curl: [] };
  } catch { } // the program has ended
  at("timeline").textContent = d.timeline;
  at("curl").replaceChildren(...d.curl.map((text) => element("pre", text)));
  at("bodies").replaceChildren(...(d.bodies || []).map((text) => element("pre", text)));
  if (!at("detail").open) at("detail").showModal();
}

// follow reads the stream. The browser connects again by itself with the id of the last
// event, except after a response that is an error.
function follow() {
  const events = new EventSource("events");
  const state = (text, lost) => { at("state").textContent = text; at("state").className = lost ? "lost" : ""; };
  events.addEventListener("open", () => state("live"));
  events.addEventListener("live", (e) => showLive(JSON.parse(e.data)));
  events.addEventListener("calls", (e) => addCalls(JSON.parse(e.data)));
  events.addEventListener("error", () => {
    state("the stream is interrupted: connecting again", true);
    if (events.readyState === EventSource.CLOSED) setTimeout(follow, 5000);
  });
}

at("close").addEventListener("click", () => at("detail").close());
at("only-failed").addEventListener("change", showEnded);
follow();
