// What of a picture's words cannot be read: printed over one another, or cut at an edge.
window.overprinted = (root) => {
  const SLACK = 1.5; // px
  const faults = [];
  const words = [...root.querySelectorAll("text")].filter((t) => t.textContent.trim());
  // A box of text has room above small letters and below the line: only the letters count.
  const boxes = words.map((t) => {
    const { left, right, top, height } = t.getBoundingClientRect();
    return { left, right, top: top + 0.24 * height, bottom: top + 0.8 * height };
  });
  const said = (i) => `“${words[i].textContent}”`;
  const sheet = root.getBoundingClientRect();
  boxes.forEach((box, i) => {
    // The plot's own box would grow with what is in it; its ground does not.
    const ground = words[i].closest(".ffn-plot")?.querySelector(":scope > rect");
    const edge = ground ? [sheet, ground.getBoundingClientRect()] : [sheet];
    for (const { left, right, top, bottom } of edge) {
      const out = Math.max(left - box.left, box.right - right, top - box.top, box.bottom - bottom);
      if (out > SLACK) { faults.push(`${said(i)} is cut by ${out.toFixed(0)}`); break; }
    }
    for (let k = 0; k < i; k++) {
      const other = boxes[k];
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
      if (across > SLACK && down > SLACK) faults.push(`${said(k)} and ${said(i)} overlap by ${across.toFixed(0)} × ${down.toFixed(0)}`);
    }
  });
  return faults;
};

// What of an explorer cannot be seen at once, after a link has led to it.
window.together = (key) => {
  const figure = document.getElementById(key);
  const box = (part) => figure.querySelector(part).getBoundingClientRect();
  const [bar, picture, controls] = [".ffn-bar", ".ffn-svg", ".ffn-controls"].map(box);
  const header = document.querySelector(".bd-header-article");
  const covered = getComputedStyle(header).position === "sticky" ? header.getBoundingClientRect().bottom : 0;
  const buttons = [...figure.querySelectorAll(".ffn-bar > *")].filter((part) => part.checkVisibility());
  const middle = (part) => { const b = part.getBoundingClientRect(); return b.top + b.height / 2; };
  const faults = [];
  if (bar.top < covered - 1) faults.push(`the bar is ${(covered - bar.top).toFixed(0)} px under the header`);
  if (controls.bottom > innerHeight + 1) faults.push(`the controls end ${(controls.bottom - innerHeight).toFixed(0)} px below the screen`);
  if (picture.height < 200) faults.push(`the picture is ${picture.height.toFixed(0)} px high`);
  if (buttons.some((part) => Math.abs(middle(part) - middle(figure.querySelector(".ffn-bar"))) > 6)) faults.push("the bar wraps");
  if (figure.querySelectorAll(".ffn-body > .ffn-controls > .ffn-control:not([hidden])").length > 5) faults.push("more than five controls in sight");
  if (innerWidth < 600 && controls.height > 0.4 * innerHeight + 1) faults.push("the sheet is higher than two fifths");
  return faults;
};
