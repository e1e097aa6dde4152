// What any form on any page can do: say with a tracking call who has filled it in.
document.querySelector(".newsletter").addEventListener("submit", function (event) {
  event.preventDefault();
  const form = event.target;
  const answer = form.querySelector("[role=status]");
  const say = (name) => () => { answer.textContent = form.dataset[name]; };
  if (!window.MauticJS) {
    say("failed")();
    return;
  }
  const said = { email: form.elements.email.value, tags: "Newsletter" };
  const callbacks = { onload: say("done"), onerror: say("failed") };
  window.MauticJS.sendPageview(["send", "pageview", said, callbacks]);
});
