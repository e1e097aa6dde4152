// What any form on any page can do: say with a tracking call who has filled it in.
document.querySelector(".newsletter").addEventListener("submit", function (event) {
  event.preventDefault();
  const form = event.target;
  const answer = form.querySelector("[role=status]");
  const say = (name) => () => { answer.textContent = form.dataset[name]; };
  if (!window.mt) {
    say("failed")();
    return;
  }
  window.mt("send", "pageview", { email: form.elements.email.value, tags: "Newsletter" }, {
    onload: say("done"),
    onerror: say("failed"),
  });
});
