'use strict';
(() => {
  const by = id => document.getElementById(id);
  const reveal = target => {
    for (let part = target?.closest('details'); part; part = part.parentElement.closest('details')) part.open = true;
  };
  const arrive = () => {
    // Fragments come from anywhere, and not all of them can be decoded.
    try { reveal(by(decodeURIComponent(location.hash.slice(1)))); } catch { /* then there is nothing to open */ }
  };
  addEventListener('hashchange', arrive);
  arrive();
  addEventListener('beforeprint', () => {
    for (const part of document.querySelectorAll('details')) part.open = true;
  });

  const tools = by('still-tools');
  if (!tools) return;
  const [filter, brief, shown] = [by('still-filter'), by('still-brief'), by('still-shown')];
  const text = (of, what) => of.querySelector(what)?.textContent.toLowerCase() ?? '';
  const cards = Array.from(document.querySelectorAll('.finding'), card => ({
    card,
    any: card.textContent.toLowerCase(),
    rule: text(card, '.rule'),
    file: text(card, '.place code'),
    level: text(card, '.badge'),
  }));
  const fits = (card, word) => {
    const not = word.length > 1 && word.startsWith('-');
    const [, field, rest] = /^(?:(rule|file|level):)?(.*)$/.exec(not ? word.slice(1) : word);
    return card[field ?? 'any'].includes(rest) !== not;
  };
  const narrow = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    for (const card of cards) {
      card.card.hidden = !words.every(word => fits(card, word));
      if (!card.card.hidden) count += 1;
    }
    for (const group of document.querySelectorAll('.group')) {
      group.hidden = !group.querySelector('.finding:not([hidden])');
    }
    shown.textContent = words.length ? `${count} of the ${cards.length} findings in this file` : '';
  };
  filter.addEventListener('input', narrow);
  brief.addEventListener('click', () => {
    const on = document.body.classList.toggle('brief');
    brief.setAttribute('aria-pressed', on);
  });
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#"]');
    if (!link) return;
    const find = link.dataset.find;
    const target = by(link.hash.slice(1));
    if (find !== undefined || target?.closest('[hidden]')) {
      filter.value = find ?? '';
      narrow();
    }
    reveal(target);
  });
  tools.hidden = false;
})();
