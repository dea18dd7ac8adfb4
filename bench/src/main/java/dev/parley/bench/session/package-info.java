/**
 * Sessions under strain: idle by the thousand, resumed at another gateway, drained, stalled. The
 * measured gateways are processes of their own beside the one-command run, whose broker, worker and
 * orchestrator they use: their memory is theirs alone, and they can be killed.
 */
@NullMarked
package dev.parley.bench.session;

import org.jspecify.annotations.NullMarked;
