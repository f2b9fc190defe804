
// Brings the parts of the page that are data-live up to date, and leaves alone
// what somebody types, selects or has the focus on. Without it the page is as
// complete, and stays as it is.
(() => {
  'use strict';
  const seconds = Number(document.body.dataset.refresh);
  if (!seconds) return;
  const silent = document.getElementById('silent');
  let answered = new Date();

  const selecting = () => { const s = getSelection(); return s && !s.isCollapsed; };

  // The element that has the focus, by what is the same in the next page.
  const focused = (live) => {
    const element = document.activeElement;
    if (!live.contains(element) || element === live) return () => null;
    const href = element.getAttribute('href');
    const alike = [...live.querySelectorAll(element.localName)].filter((e) => e.getAttribute('href') === href);
    const nth = alike.indexOf(element);
    return () => [...live.querySelectorAll(element.localName)].filter((e) => e.getAttribute('href') === href)[nth];
  };

  const show = (page) => {
    for (const live of document.querySelectorAll('[data-live]')) {
      const next = page.getElementById(live.id);
      if (!next) continue;
      const again = focused(live);
      live.className = next.className;
      live.replaceChildren(...next.childNodes);
      const element = again();
      if (element) element.focus({ preventScroll: true });
    }
    document.title = page.title;
  };

  const load = async () => {
    try {
      const answer = await fetch(location.href, { cache: 'no-store', signal: AbortSignal.timeout(10000) });
      if (!answer.ok && answer.status !== 404) throw new Error(answer.statusText);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (!selecting()) show(page);
      answered = new Date();
      silent.textContent = '';
    } catch {
      silent.textContent = `The exporter does not answer since ${answered.toLocaleTimeString()}.`;
    }
  };

  setInterval(() => { if (!document.hidden) load(); }, seconds * 1000);
  document.addEventListener('visibilitychange', () => { if (!document.hidden) load(); });
})();
