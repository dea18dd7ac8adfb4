import { t } from '../../text/index.js';
import { PageFrame } from '../frame.js';
import { ConversationPart } from './conversation-part.js';
import { ErasurePart } from './erasure-part.js';
import { JournalPart } from './journal-part.js';
import { ReplayPart } from './replay-part.js';
import { RerunPart } from './rerun-part.js';
import { SearchPart } from './search-part.js';
import { UsagePart } from './usage-part.js';

export function create(context) {
  return new PageFrame('audit', t('nav.audit'), context, {
    search: { label: t('audit.search'), create: () => new SearchPart(context) },
    usage: { label: t('audit.usage'), create: () => new UsagePart(context) },
    journal: { label: t('audit.journal'), create: () => new JournalPart(context) },
    erasure: { label: t('audit.erasure'), create: () => new ErasurePart(context) },
    conversation: { hidden: true, under: 'search', create: () => new ConversationPart(context) },
    replay: { hidden: true, under: 'search', create: () => new ReplayPart(context) },
    rerun: { hidden: true, under: 'search', create: () => new RerunPart(context) },
  });
}
