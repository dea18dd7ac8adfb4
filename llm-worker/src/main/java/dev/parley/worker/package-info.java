/**
 * The worker: takes jobs, has a provider make the answer, and sends its tokens to the reply lane.
 *
 * <pre>
 * parley.jobs ─share group→ intake.JobSlot ─→ answer.AnswerRun ─→ lane (tokens), parley.results (end)
 * parley.control ─assign──→ stop.ControlReader ─→ the running answer's stream is closed
 * </pre>
 *
 * <p>Threads: each slot and each answer has a virtual thread of its own; one platform thread reads
 * control. The one producer of lane records and the one of results are shared. Keys: lane records
 * by session, results by user, checkpoints by message.
 */
@NullMarked
package dev.parley.worker;

import org.jspecify.annotations.NullMarked;
