/* Paints times in the grid of a week. Without this script, the checkboxes are used one by one. */
"use strict";

(() => {
  const table = document.querySelector("[data-week]");
  if (!table) {
    return;
  }
  const rows = [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("input")]);
  const boxes = rows.flat();
  const heads = [...table.querySelectorAll("[data-whole-day]")];
  const live = document.querySelector("[data-live]");
  const paintButton = document.querySelector("[data-paint]");
  const undoButton = document.querySelector("[data-undo]");
  const step = Number(table.dataset.step);
  const undone = [];
  let touchPaints = false;
  let stroke = null; // the value that is painted, and the first cell of the stroke

  const place = (box) => {
    const row = rows.findIndex((cells) => cells.includes(box));
    return row < 0 ? null : { row, column: rows[row].indexOf(box) };
  };
  const minutes = (row) => {
    const [hour, minute] = table.tBodies[0].rows[row].cells[0].textContent.trim().split(":");
    return Number(hour) * 60 + Number(minute);
  };
  const clock = (minute) =>
    `${String(Math.floor(minute / 60)).padStart(2, "0")}:${String(minute % 60).padStart(2, "0")}`;

  /* Says the whole stretch of equal cells around a cell: "Mon 09:00-12:00: free". */
  const say = ({ row, column }) => {
    const value = rows[row][column].checked;
    let [first, last] = [row, row];
    while (first > 0 && rows[first - 1][column].checked === value) first -= 1;
    while (last + 1 < rows.length && rows[last + 1][column].checked === value) last += 1;
    const name = heads[column].textContent.trim();
    const end = clock(minutes(last) + step);
    const state = value ? live.dataset.free : live.dataset.busy;
    live.textContent = `${name} ${clock(minutes(first))}-${end}: ${state}`;
    table.dispatchEvent(new Event("input", { bubbles: true })); // for what keeps drafts
  };

  const remember = () => {
    undone.push(boxes.map((box) => box.checked));
    undoButton.disabled = false;
  };
  const change = (act, said) => {
    remember();
    act();
    say(said);
  };

  /* Every cell of the rectangle between the first cell and this one, as in a spreadsheet. */
  const paintTo = (box) => {
    const to = place(box);
    const { from, value, before } = stroke;
    boxes.forEach((each, index) => (each.checked = before[index]));
    for (let row = Math.min(from.row, to.row); row <= Math.max(from.row, to.row); row += 1) {
      const [low, high] = [Math.min(from.column, to.column), Math.max(from.column, to.column)];
      for (let column = low; column <= high; column += 1) {
        rows[row][column].checked = value;
      }
    }
    say(to);
  };
  const boxAt = (x, y) => {
    const cell = document.elementFromPoint(x, y)?.closest("td");
    return cell && table.contains(cell) ? cell.querySelector("input") : null;
  };

  table.addEventListener("pointerdown", (event) => {
    const box = event.target.closest("td")?.querySelector("input");
    if (!box || event.button !== 0 || (event.pointerType === "touch" && !touchPaints)) {
      return;
    }
    event.preventDefault();
    remember();
    const before = boxes.map((each) => each.checked);
    stroke = { from: place(box), value: !box.checked, before };
    box.focus({ preventScroll: true });
    paintTo(box);
  });
  document.addEventListener("pointermove", (event) => {
    const box = stroke && boxAt(event.clientX, event.clientY);
    if (box) {
      paintTo(box);
    }
  });
  const end = () => {
    stroke = null;
  };
  document.addEventListener("pointerup", end);
  document.addEventListener("pointercancel", end);
  table.addEventListener("click", (event) => {
    // The browser toggles a checkbox on click, which the stroke has already done. Keys and
    // assistive technology send clicks without a position, and touches paint only if switched on.
    const painted = event.pointerType !== "touch" || touchPaints;
    if (event.target.matches("input") && event.detail > 0 && painted) {
      event.preventDefault();
    }
  });
  table.addEventListener("change", (event) => {
    const at = place(event.target);
    undone.push(boxes.map((box) => (box === event.target ? !box.checked : box.checked)));
    undoButton.disabled = false;
    say(at);
  });

  /* Arrow keys move, with Shift they give the next cell the value of this one. */
  const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
  const focusOn = (box) => {
    boxes.forEach((each) => (each.tabIndex = each === box ? 0 : -1));
    box.focus();
  };
  table.addEventListener("keydown", (event) => {
    const at = place(event.target);
    const move = moves[event.key];
    if (!at || !move) {
      return;
    }
    event.preventDefault();
    const next = rows[at.row + move[0]]?.[at.column + move[1]];
    if (!next) {
      return;
    }
    if (event.shiftKey && next.checked !== event.target.checked) {
      const value = event.target.checked;
      change(() => (next.checked = value), place(next));
    }
    focusOn(next);
  });
  table.addEventListener("focusin", (event) => {
    if (boxes.includes(event.target)) {
      boxes.forEach((each) => (each.tabIndex = each === event.target ? 0 : -1));
    }
  });

  heads.forEach((head, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = head.textContent.trim();
    button.setAttribute("aria-label", `${button.textContent}: ${head.dataset.wholeDay}`);
    button.addEventListener("click", () => {
      const value = !rows.every((cells) => cells[column].checked);
      const act = () => rows.forEach((cells) => (cells[column].checked = value));
      change(act, { row: 0, column });
    });
    head.replaceChildren(button);
  });
  paintButton.hidden = !window.matchMedia("(any-pointer: coarse)").matches;
  paintButton.addEventListener("click", () => {
    touchPaints = !touchPaints;
    paintButton.setAttribute("aria-pressed", String(touchPaints));
    table.classList.toggle("painting", touchPaints);
  });
  document.querySelector("[data-copy]").addEventListener("click", () => {
    const copy = (cells) => [1, 2, 3, 4].forEach((day) => (cells[day].checked = cells[0].checked));
    change(() => rows.forEach(copy), { row: 0, column: 4 });
  });
  undoButton.addEventListener("click", () => {
    const before = undone.pop();
    const changed = boxes.findIndex((box, index) => box.checked !== before[index]);
    boxes.forEach((box, index) => (box.checked = before[index]));
    undoButton.disabled = undone.length === 0;
    if (changed >= 0) {
      say(place(boxes[changed]));
    }
  });

  boxes.forEach((box, index) => (box.tabIndex = index === 0 ? 0 : -1));
  document.querySelectorAll("[data-grid-tools]").forEach((each) => (each.hidden = false));
})();
