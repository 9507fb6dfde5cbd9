import { Markup } from "./html.js";

/**
 * What the page does beyond HTML: tables are sorted, copied and saved, links to pairs open them, numbers open for the printer. The page
 * says all it has to say without. Runs only as it stands here: the page's policy has its checksum.
 */
export const SCRIPT = new Markup(`"use strict";
(() => {
  const valueOf = (cell) => cell.dataset.value ?? cell.textContent.trim();
  const headsOf = (table) => [...table.tHead.rows[0].cells];
  const nameOf = (head) => head.dataset.name ?? head.textContent.trim();

  const compare = (a, b) => {
    if (a === "" || b === "") return a === b ? 0 : a === "" ? 1 : -1;
    const [x, y] = [Number(a), Number(b)];
    return Number.isNaN(x) || Number.isNaN(y) ? a.localeCompare(b, "en", { numeric: true }) : x - y;
  };
  const sort = (table, column, order) => {
    for (const body of table.tBodies) {
      const rows = [...body.rows].filter((row) => row.className !== "total");
      const value = (row) => (order === "none" ? row.dataset.place : valueOf(row.cells[column]));
      rows.sort((a, b) => {
        const [x, y] = [value(a), value(b)];
        const sign = order === "descending" && x !== "" && y !== "" ? -1 : 1;
        return sign * compare(x, y);
      });
      body.append(...rows);
    }
    headsOf(table).forEach((head, index) => {
      if (index === column && order !== "none") head.setAttribute("aria-sort", order);
      else head.removeAttribute("aria-sort");
    });
  };

  const rowsOf = (table) => {
    const columns = headsOf(table).flatMap((head, index) => (head.classList.contains("plot") ? [] : [index]));
    const isGrouped = [...table.tBodies].some((body) => body.dataset.group !== "");
    const lines = [[...(isGrouped ? ["group"] : []), ...columns.map((index) => nameOf(table.tHead.rows[0].cells[index]))]];
    for (const body of table.tBodies)
      for (const row of body.rows)
        lines.push([...(isGrouped ? [body.dataset.group] : []), ...columns.map((index) => valueOf(row.cells[index]))]);
    return lines;
  };
  // A spreadsheet must not take a name for a formula.
  const plain = (text) => (/^[=+\\-@\\t\\r]/.test(text) && Number.isNaN(Number(text)) ? "'" + text : text);
  const quoted = (text) => (/[",\\r\\n]/.test(text) ? '"' + text.replaceAll('"', '""') + '"' : text);
  const csv = (table) => rowsOf(table).map((line) => line.map((text) => quoted(plain(text))).join(",") + "\\r\\n").join("");
  const save = (table) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([csv(table)], { type: "text/csv" }));
    link.download = table.dataset.name + ".csv";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const copyText = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
  };
  const button = (text, label, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = text;
    if (label) made.setAttribute("aria-label", label);
    made.addEventListener("click", act);
    return made;
  };
  const copyButton = (label, text) => {
    const made = button("Copy", label, async () => {
      await copyText(text());
      made.textContent = "Copied";
      setTimeout(() => (made.textContent = "Copy"), 2000);
    });
    return made;
  };

  for (const table of document.querySelectorAll("table[data-name]")) {
    for (const body of table.tBodies) [...body.rows].forEach((row, place) => (row.dataset.place = place));
    headsOf(table).forEach((head, column) => {
      if (head.classList.contains("plot")) return;
      const sorter = button("", "", () => {
        const first = head.classList.contains("text") ? "ascending" : "descending";
        const second = first === "ascending" ? "descending" : "ascending";
        const now = head.getAttribute("aria-sort");
        sort(table, column, now === null ? first : now === first ? second : "none");
      });
      sorter.append(...head.childNodes);
      head.append(sorter);
    });
    const tools = document.createElement("div");
    tools.className = "tools";
    const title = table.caption.textContent;
    tools.append(
      copyButton("Copy: " + title, () => rowsOf(table).map((line) => line.map(plain).join("\\t")).join("\\n")),
      button("CSV", "Download as CSV: " + title, () => save(table)),
    );
    table.closest(".data").append(tools);
  }
  for (const block of document.querySelectorAll("pre.command")) block.after(copyButton("Copy the command", () => block.textContent));

  const decoded = (text) => {
    try {
      return decodeURIComponent(text);
    } catch {
      return text;
    }
  };
  const show = () => {
    const wanted = decoded(location.hash.slice(1));
    const target = wanted === "" ? undefined : [...document.querySelectorAll("[id]")].find((each) => decoded(each.id) === wanted);
    if (target === undefined) return;
    for (let each = target; each !== null; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
    target.scrollIntoView();
  };
  addEventListener("hashchange", show);
  show();

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details.numbers:not([open])")];
    for (const each of closed) each.open = true;
  });
  addEventListener("afterprint", () => {
    for (const each of closed) each.open = false;
  });
})();
`);
