// Looks at the page as a browser shows it, and writes what it finds as JSON
// into an element of its own, on the page around it where there is one. Each complaint names the rule and the element.
// The contrasts are those of WCAG 2.2, level AA.
(() => {
  'use strict';
  const complaints = [];
  const complain = (rule, element, detail = '') =>
    complaints.push(`${rule}: <${element.localName} class="${element.className}"> ${element.textContent.trim().slice(0, 40)} ${detail}`);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const style = (element) => getComputedStyle(element);

  const shown = (element) =>
    element.getClientRects().length > 0 && style(element).visibility === 'visible' && !element.closest('.unseen, .skip:not(:focus)');

  const channels = (colour) => {
    const parts = /^rgba?\(([\d.]+), ([\d.]+), ([\d.]+)(?:, ([\d.]+))?\)$/.exec(colour);
    if (!parts) throw new Error(`no idea what colour ${colour} is`);
    return parts.slice(1, 4).map(Number).concat(parts[4] === undefined ? 1 : Number(parts[4]));
  };
  const background = (element) => {
    for (let at = element; at; at = at.parentElement) {
      const colour = channels(style(at).backgroundColor);
      if (colour[3] === 1) return colour;
      if (colour[3] > 0) throw new Error('a translucent background');
    }
    throw new Error('a page without a background');
  };
  const luminance = (colour) => {
    const [r, g, b] = colour.slice(0, 3).map((c) => c / 255).map((c) => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };

  let texts = 0;
  let lowest = 21;
  const checkText = (element) => {
    const css = style(element);
    const size = parseFloat(css.fontSize);
    const large = size >= 24 || (size >= 18.66 && Number(css.fontWeight) >= 700);
    const ratio = contrast(channels(css.color), background(element));
    texts += 1;
    lowest = large ? lowest : Math.min(lowest, ratio);
    if (ratio < (large ? 3 : 4.5)) complain('contrast of text', element, ratio.toFixed(2));
    if (css.opacity !== '1') complain('opacity', element);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    if (walker.currentNode.data.trim() && !element.closest('script, option') && shown(element)) checkText(element);
  }
  all('input:not([type=hidden]), select, button').forEach(checkText);

  const checkBorder = (element) => {
    const ratio = contrast(channels(style(element).borderTopColor), background(element.parentElement));
    if (ratio < 3) complain('contrast of a border', element, ratio.toFixed(2));
  };
  all('input:not([type=hidden]), select, button, progress').forEach(checkBorder);

  const named = (element) => (element.getAttribute('aria-label') || element.textContent).trim() !== '';
  all('input:not([type=hidden]), select, textarea').forEach((e) => {
    if (![...e.labels].some((label) => label.textContent.trim() && shown(label))) complain('no label', e);
  });
  all('a, button, progress').forEach((e) => { if (!named(e)) complain('no name', e); });
  all('nav').forEach((e) => { if (!e.getAttribute('aria-label')) complain('no name', e); });
  all('img').forEach((e) => complain('an image', e));
  all('th').forEach((e) => { if (e.scope !== 'col') complain('no scope', e); });
  all('[data-label]').forEach((e) => {
    const heading = e.closest('table').querySelectorAll('th')[e.cellIndex].textContent;
    if (e.dataset.label !== heading) complain('label and heading differ', e, heading);
  });
  ['table', 'thead', 'tbody', 'tr', 'th', 'td'].forEach((name) => all(name).forEach((e) => {
    if (!e.getAttribute('role')) complain('no role, which the style could take away', e);
  }));

  if (document.documentElement.lang !== 'en') complain('no language', document.documentElement);
  if (!document.title.trim()) complain('no title', document.documentElement);
  if (/user-scalable|maximum-scale/.test(document.querySelector('meta[name=viewport]').content)) complain('no zoom', document.head);
  ['header', 'main', 'h1'].forEach((name) => { if (all(name).length !== 1) complain(`not one ${name}`, document.body); });
  let level = 0;
  all('h1, h2, h3, h4, h5, h6').forEach((e) => {
    const next = Number(e.localName[1]);
    if (next > level + 1) complain('a level of headings is left out', e);
    level = next;
  });
  const ids = all('[id]').map((e) => e.id);
  if (new Set(ids).size !== ids.length) complain('an id twice', document.body);

  // By keyboard: everything can be reached in the order of the page, and the
  // focus is seen, which the skip link brings into view.
  const focusable = all('a[href], input:not([type=hidden]), select, button');
  focusable.forEach((e) => {
    e.focus();
    if (document.activeElement !== e) return complain('cannot be focused', e);
    if (e.tabIndex !== 0) complain('out of the order', e);
    const css = style(e);
    const ratio = contrast(channels(css.outlineColor), background(e.parentElement));
    if (css.outlineStyle !== 'solid' || parseFloat(css.outlineWidth) < 2 || ratio < 3) complain('focus is not seen', e);
    const box = e.getBoundingClientRect();
    if (box.left < 0 || box.right > innerWidth) complain('focus is out of sight', e, `${box.left} to ${box.right}`);
  });
  document.activeElement.blur();
  scrollTo(0, 0);
  const first = focusable[0];
  if (!first.matches('.skip') || !document.querySelector(first.getAttribute('href'))) complain('no skip link', first);

  // Layout: nothing wider than the window, and no text outside its cell, unless
  // an ellipsis says that something is cut off.
  const ellipsis = (element) => {
    let outermost = null;
    for (let at = element; at && at.localName !== 'body'; at = at.parentElement) {
      if (style(at).textOverflow === 'ellipsis' && style(at).overflowX === 'hidden') outermost = at;
    }
    return outermost;
  };
  if (document.scrollingElement.scrollWidth > innerWidth) complain('scrolls sideways', document.body, document.scrollingElement.scrollWidth);
  all('body *').filter(shown).forEach((e) => {
    const box = (ellipsis(e) || e).getBoundingClientRect();
    if (box.left < 0 || box.right > innerWidth + 0.5) complain('out of sight', e, `${box.left} to ${box.right}`);
    const cell = e.closest('td');
    if (cell && e !== cell && box.right > cell.getBoundingClientRect().right + 0.5) complain('outside its cell', e);
  });
  // Thumbs need 24 pixels.
  all('.states a, .pages a, header a, .actions a, .chip, .clear, .skip:focus, input:not([type=hidden]), select, button').filter(shown).forEach((e) => {
    const box = e.getBoundingClientRect();
    if (box.width < 24 || box.height < 24) complain('too small', e, `${box.width} by ${box.height}`);
  });

  const rows = all('.jobs tbody tr');
  const measured = {
    width: innerWidth,
    dark: matchMedia('(prefers-color-scheme: dark)').matches,
    page: style(document.body).backgroundColor,
    rows: rows.length,
    // Those that are seen whole without scrolling.
    seen: rows.filter((e) => e.getBoundingClientRect().bottom <= innerHeight).length,
    // Side by side: the second row begins where the first one ends.
    layout: rows.length && style(rows[0]).display === 'table-row' ? 'table' : 'cards',
    texts,
    lowest,
    focusable: focusable.length,
    complaints,
    broken: window.broken === true,
    scripts: document.scripts.length,
    names: all('.jobs .name').map((e) => e.textContent),
    address: location.pathname + location.search,
    search: (document.querySelector('#search') || {}).value || '',
  };
  const report = document.createElement('pre');
  report.id = 'measured';
  report.textContent = JSON.stringify(measured);
  parent.document.body.append(report);
})();
