import { useLanguage } from './text/index.js';
import './elements/parley-app.js';

useLanguage(document.documentElement.lang);
