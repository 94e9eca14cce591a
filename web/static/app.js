// What a page does beyond its links and forms; each of them works without this file.

for (const form of document.querySelectorAll("form[data-submit='change']")) {
  form.addEventListener("change", () => form.requestSubmit());
  for (const button of form.querySelectorAll("button[data-plain]")) button.hidden = true;
}

// The clipboard is there on https and on localhost alone.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll(".copy")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      await navigator.clipboard.writeText(button.previousElementSibling.textContent);
      button.textContent = "Copied";
      setTimeout(() => { button.textContent = "Copy"; }, 2000);
    });
  }
}

// Marks of a map are one stop of the Tab key: arrows go to the nearest mark that way, Enter follows its link.
for (const map of document.querySelectorAll("[data-marks] svg")) {
  const marks = [...map.querySelectorAll("a")];
  const centre = (mark) => { const box = mark.getBoundingClientRect(); return [box.x + box.width / 2, box.y + box.height / 2]; };
  const enter = (mark) => {
    for (const one of marks) one.setAttribute("tabindex", one === mark ? "0" : "-1");
  };
  const directions = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  if (marks.length) enter(map.querySelector("a[aria-current]") ?? marks[0]);
  map.addEventListener("focusin", (event) => enter(event.target.closest("a") ?? marks[0]));
  map.addEventListener("keydown", (event) => {
    const way = directions[event.key], here = event.target.closest("a");
    if (!way || !here) return;
    event.preventDefault();
    const [x, y] = centre(here);
    let best = null, least = Infinity;
    for (const mark of marks) {
      const [a, b] = centre(mark);
      const along = (a - x) * way[0] + (b - y) * way[1], aside = Math.abs((a - x) * way[1]) + Math.abs((b - y) * way[0]);
      if (along > 0.5 && along + 2 * aside < least) { best = mark; least = along + 2 * aside; }
    }
    best?.focus();
  });
}

// A plan in the background: its progress, and its page anew once it has ended.
for (const plan of document.querySelectorAll("[data-plan]")) {
  const bar = plan.querySelector("progress"), words = plan.querySelector("[data-progress]");
  const look = async () => {
    let seconds = Number(plan.dataset.seconds);
    try {
      const answer = await fetch(plan.dataset.plan, { cache: "no-store" });
      if (answer.ok) {
        const { status, progress_percent: done } = await answer.json();
        if (status !== "waiting" && status !== "running") return location.reload();
        bar.value = done;
        words.textContent = status === "waiting" ? "Other plans come first." : `${Math.round(done)} % done.`;
      } else if (answer.status === 404) return location.reload();
      else seconds = Number(answer.headers.get("Retry-After")) || 10;
    } catch {
      seconds = 10; // no connection
    }
    setTimeout(look, 1000 * seconds);
  };
  setTimeout(look, 1000);
}
