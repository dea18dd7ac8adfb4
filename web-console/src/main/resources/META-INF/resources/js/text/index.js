import { en } from './en.js';

/** The message catalogue of the page's language; English stands in for whatever a catalogue lacks. */
const CATALOGUES = { en };
let catalogue = en;

export function useLanguage(language) {
  catalogue = CATALOGUES[language] ?? en;
}

/** The text of a key; `{name}` is replaced from `values`. A function in the catalogue decides plurals. */
export function t(key, values = {}) {
  const entry = catalogue[key] ?? en[key];
  if (entry === undefined) return key;
  const text = typeof entry === 'function' ? entry(values) : entry;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whether the catalogue has a text for the key. */
export function knows(key) {
  return (catalogue[key] ?? en[key]) !== undefined;
}

export const number = (n) => new Intl.NumberFormat(document.documentElement.lang || 'en').format(n);

export function duration(ms) {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function clock(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const sameDay = at.toDateString() === new Date().toDateString();
  const style = sameDay ? { timeStyle: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  return new Intl.DateTimeFormat(document.documentElement.lang || 'en', style).format(at);
}
