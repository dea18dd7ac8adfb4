package dev.parley.worker.answer;

/** What is to become of the job's record after an attempt. */
public enum Disposition {
    /** It has its terminal, or needs none: never to be delivered again. */
    ACCEPT,
    /** This worker will not finish it: to be delivered to another one at once. */
    RELEASE
}
