package dev.parley.worker.tool;

import dev.parley.schemas.record.Job;

/** Where the tools of answers come from. */
@FunctionalInterface
public interface Toolbox {

    /** A worker without tools. */
    Toolbox EMPTY = job -> AnswerTools.NONE;

    /** What this answer may call; rights that are missing or cannot be read give nothing. */
    AnswerTools open(Job job);
}
