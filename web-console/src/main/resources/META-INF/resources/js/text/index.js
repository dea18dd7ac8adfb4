import { en } from './en.js';

/**
 * The message catalogues; English stands in for whatever another one lacks. Those of other languages, and those of the pages for
 * auditors and administrators, are read when they are needed.
 */
const OTHERS = { de: () => import('./de.js').then(({ de }) => de) };
const PAGES = { en: () => import('./en-pages.js').then(({ enPages }) => enPages), de: () => import('./de-pages.js').then(({ dePages }) => dePages) };
let catalogue = en;
let english = en;
let language = 'en';
/** For numbers and times: the browser's own kind of the language. */
let locale = 'en';

export const LANGUAGES = ['en', ...Object.keys(OTHERS)];

/** Takes the best of what the page, or the browser, asks for. */
export async function useLanguage(asked) {
  const short = (asked ?? '').toLowerCase().split('-')[0];
  language = LANGUAGES.includes(short) ? short : 'en';
  locale = navigator.language?.toLowerCase().startsWith(language) ? navigator.language : language;
  catalogue = language === 'en' ? en : await OTHERS[language]();
}

/** Adds the words of the pages beyond the chat. */
export async function readPageTexts() {
  english = { ...en, ...(await PAGES.en()) };
  catalogue = language === 'en' ? english : { ...catalogue, ...(await PAGES[language]()) };
}

export function languageInUse() {
  return language;
}

/** The text of a key; `{name}` is replaced from `values`. A function in the catalogue decides plurals. */
export function t(key, values = {}) {
  const entry = catalogue[key] ?? english[key];
  if (entry === undefined) return key;
  const text = typeof entry === 'function' ? entry(values) : entry;
  return text.replaceAll(/\{(\w+)\}/g, (whole, name) => (name in values ? String(values[name]) : whole));
}

/** Whether the catalogue has a text for the key. */
export function knows(key) {
  return (catalogue[key] ?? english[key]) !== undefined;
}

/** By kind and options: making one takes far longer than using it, and some are used with every drawing. */
const formats = new Map();

function format(Kind, options = {}) {
  const key = `${Kind.name} ${locale} ${JSON.stringify(options)}`;
  if (!formats.has(key)) formats.set(key, new Kind(locale, options));
  return formats.get(key);
}

export const number = (n) => format(Intl.NumberFormat).format(n);

/** A cost; the currency is that of the model prices, which no answer names. */
export const money = (n) => format(Intl.NumberFormat, { minimumFractionDigits: 2, maximumFractionDigits: 6 }).format(n);

export function duration(ms) {
  if (ms === 0) return '0 ms';
  if (ms > 0 && ms < 0.05) return `< ${format(Intl.NumberFormat).format(0.1)} ms`;
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

export function clock(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const days = Math.abs(at.getTime() - Date.now()) / 86_400_000;
  const time = { hour: 'numeric', minute: '2-digit' };
  const date = at.getFullYear() === new Date().getFullYear() ? { day: 'numeric', month: 'short' } : { dateStyle: 'medium', timeStyle: 'short' };
  const style = at.toDateString() === new Date().toDateString() ? time : days < 5 ? { weekday: 'short', ...time } : { ...date, ...(date.dateStyle ? {} : time) };
  return format(Intl.DateTimeFormat, style).format(at);
}

/** A day in words a person would use, for headings. */
export function day(iso) {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return '';
  const midnight = new Date();
  midnight.setHours(0, 0, 0, 0);
  const days = Math.ceil((midnight.getTime() - at.getTime()) / 86_400_000);
  if (days <= 1) return capital(format(Intl.RelativeTimeFormat, { numeric: 'auto' }).format(-Math.max(0, days), 'day'));
  const style = at.getFullYear() === midnight.getFullYear() ? { day: 'numeric', month: 'long' } : { dateStyle: 'long' };
  return format(Intl.DateTimeFormat, style).format(at);
}

function capital(text) {
  return text.charAt(0).toLocaleUpperCase(language) + text.slice(1);
}
