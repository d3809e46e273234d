// Copyright (c) 2026 the volume.activation authors
// GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Sorting and filtering of the machines. Whatever there is to read, the page has without this.
(() => {
  "use strict";
  const table = document.getElementById("fleet");
  const form = document.getElementById("filter");
  const told = document.getElementById("told");
  document.documentElement.classList.add("scripted");
  addEventListener("beforeprint", () => open(true));
  addEventListener("afterprint", () => open(false));
  if (!table || !form) return;

  const CHUNK = 50, SEVERITY = { critical: 1, warning: 2, info: 3 };
  const heads = [...table.tHead.rows[0].cells];
  const names = heads.map((head) => head.textContent.toLowerCase());
  const selects = [...form.querySelectorAll("select")];
  const order = new Intl.Collator("en", { numeric: true, sensitivity: "base" });
  const numbers = new Intl.NumberFormat("en");
  const sort = { column: -1, down: false };
  let machines = null, timer = 0, written = location.hash;

  for (const head of heads) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
  }
  form.hidden = false;

  // Read once, and only when somebody asks for an order or a part.
  function read() {
    machines ||= [...table.querySelectorAll("tbody > tr")].map((row, place) => {
      const cells = [...row.cells];
      const values = cells.map((cell) => (cell.firstChild ? cell.firstChild.data : ""));
      return { row, place, values, text: cells.map((cell) => cell.textContent).join(" ").toLowerCase() };
    });
    return machines;
  }

  function key(machine, column) {
    const value = machine.values[column];
    if (names[column] === "severity") return SEVERITY[value] || "";
    return value;
  }

  // What is empty stands last in either direction, and what is equal as it stood in the audit.
  function sorted(found) {
    const column = sort.column, down = sort.down ? -1 : 1;
    if (column < 0) return found;
    const compare = (a, b) => (typeof a === "number" ? a - b : order.compare(a, b));
    return found
      .map((machine) => ({ machine, key: key(machine, column) }))
      .sort((a, b) => (a.key === "") - (b.key === "") || down * compare(a.key, b.key) || a.machine.place - b.machine.place)
      .map((pair) => pair.machine);
  }

  function wanted() {
    const words = form.elements.q.value.toLowerCase().split(/\s+/).filter(Boolean);
    const picked = selects.filter((select) => select.value).map((select) => {
      const said = select.selectedOptions[0].dataset.said, column = Number(select.dataset.column);
      // A machine can have several findings, and one of everything else.
      return names[column] === "findings"
        ? (machine) => machine.values[column].split(", ").includes(said)
        : (machine) => machine.values[column] === said;
    });
    return (machine) => words.every((word) => machine.text.includes(word)) && picked.every((fits) => fits(machine));
  }

  function show() {
    const all = read();
    const found = sorted(all.filter(wanted()));
    const bodies = [];
    for (let start = 0; start < found.length; start += CHUNK) {
      const body = document.createElement("tbody");
      body.setAttribute("role", "rowgroup");
      body.append(...found.slice(start, start + CHUNK).map((machine) => machine.row));
      bodies.push(body);
    }
    for (const body of [...table.tBodies]) body.remove();
    table.append(...bodies);
    heads.forEach((head, column) => {
      if (column === sort.column) head.setAttribute("aria-sort", sort.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    told.textContent = sentence(found.length, all.length);
  }

  function sentence(count, all) {
    const of = numbers.format(all) + (all === 1 ? " machine" : " machines");
    const part = count === all ? of : count ? `${numbers.format(count)} of ${of}` : `None of ${of} matches`;
    if (sort.column < 0) return `${part}.`;
    return `${part}, sorted by ${names[sort.column]}, ${sort.down ? "descending" : "ascending"}.`;
  }

  function write() {
    const state = new URLSearchParams();
    for (const field of [form.elements.q, ...selects]) if (field.value) state.set(field.name, field.value);
    if (sort.column >= 0) state.set("sort", (sort.down ? "-" : "") + names[sort.column]);
    const text = state.toString();
    written = text ? `#?${text}` : "";
    history.replaceState(null, "", written || location.pathname + location.search);
  }

  function restore() {
    const state = new URLSearchParams(location.hash.slice(2));
    const by = state.get("sort") || "";
    sort.down = by.startsWith("-");
    sort.column = names.indexOf(sort.down ? by.slice(1) : by);
    form.elements.q.value = state.get("q") || "";
    for (const select of selects) {
      select.value = state.get(select.name) || "";
      if (select.selectedIndex < 0) select.value = "";
    }
    show();
  }

  table.tHead.addEventListener("click", (event) => {
    const head = event.target.closest("button")?.parentElement;
    if (!head) return;
    const column = heads.indexOf(head);
    sort.down = sort.column === column && !sort.down;
    sort.column = column;
    show();
    write();
  });
  form.addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => { show(); write(); }, event.target.name === "q" ? 150 : 0);
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => {
    clearTimeout(timer);
    sort.column = -1;
    sort.down = false;
    setTimeout(() => { show(); write(); }, 0);
  });
  addEventListener("hashchange", () => {
    if (!location.hash.startsWith("#?") || location.hash === written) return;
    restore();
    const heading = document.getElementById("machines");
    heading.scrollIntoView();
    heading.focus({ preventScroll: true });
  });
  if (location.hash.startsWith("#?")) restore();

  function open(printing) {
    for (const fold of document.querySelectorAll("details")) {
      if (printing && !fold.open) { fold.open = true; fold.dataset.opened = ""; }
      else if (!printing && "opened" in fold.dataset) { fold.open = false; delete fold.dataset.opened; }
    }
  }
})();
