// Sends the form as one types, and replaces the answer; without it every button does the same, a page at a time.
"use strict";
(() => {
  const form = document.getElementById("case");
  if (!form) return;
  let running, timer;

  const said = () => new URLSearchParams([...new FormData(form)].filter(([, text]) => typeof text === "string"));

  async function send(body) {
    running?.abort();
    running = new AbortController();
    const answer = await fetch(form.action, { method: "POST", body, signal: running.signal });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  }

  function tell() {
    const told = document.getElementById("answer").dataset.told;
    document.getElementById("notice").textContent = told ? `Decided. ${told}` : "The case cannot be decided.";
  }

  // The answer alone: what is being typed stays as it is.
  async function beside() {
    try {
      const body = said();
      body.append("part", "answer");
      const page = await send(body);
      document.getElementById("answer").replaceWith(page.getElementById("answer"));
      tell();
    } catch (error) {
      if (error.name !== "AbortError") document.getElementById("notice").textContent = "No answer: is the workbench still open?";
    }
  }

  // The whole form, where a button has changed it; sections that were closed stay so.
  async function whole(button) {
    const body = said();
    body.append(button.name, button.value);
    const closed = [...form.querySelectorAll("details[id]")].map(each => [each.id, each.open]);
    const page = await send(body);
    const fresh = page.getElementById("case");
    if (!fresh) return form.submit();
    const place = button.id || button.closest("details[id]")?.id || "b-decide";
    const again = fresh.querySelector("[autofocus]") ?? fresh.querySelector(`[id="${place}"]`);
    const next = again?.matches("details") ? again.querySelector("summary") : again;
    next?.removeAttribute("autofocus");
    form.replaceChildren(...fresh.childNodes);
    for (const [id, open] of closed) {
      const again = document.getElementById(id);
      if (again) again.open = open;
    }
    next?.focus();
    tell();
  }

  form.addEventListener("submit", event => {
    const button = event.submitter;
    if (!button || button.hasAttribute("formaction")) return;
    event.preventDefault();
    clearTimeout(timer);
    whole(button).catch(error => error.name === "AbortError" || form.submit());
  });

  form.addEventListener("input", event => {
    if (event.target.closest("#answer")) return;
    clearTimeout(timer);
    timer = setTimeout(beside, 300);
  });
})();
