import { applyLook, languageWanted } from './look.js';
import { languageInUse, useLanguage } from './text/index.js';

await useLanguage(languageWanted());
applyLook(languageInUse());
// Elements name themselves when they are defined, so the words must be there first.
await import('./elements/parley-app.js');
