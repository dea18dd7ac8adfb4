package dev.parley.bench.provider;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** The answers of a run by id: planned by the load side, looked up by the provider. */
public final class Answers {

    private final Map<String, Answer> byId = new ConcurrentHashMap<>();
    private final AtomicLong made = new AtomicLong();
    private final String run;

    /**
     * @param run a name that no other run against the same system has
     */
    public Answers(String run) {
        this.run = run;
    }

    /** Plans an answer with a fresh id. */
    public Answer plan(int tokens, double tokensPerSecond) {
        String id = run + "-" + made.incrementAndGet();
        Answer answer = new Answer(new AnswerPlan(id, tokens, tokensPerSecond));
        byId.put(id, answer);
        return answer;
    }

    /** The answer of a plan that came back; one that this run never made gets a fresh record. */
    Answer of(AnswerPlan plan) {
        Answer answer = byId.get(plan.id());
        return answer != null ? answer : new Answer(plan);
    }

    /** Forgets an answer that nobody asks about any more. */
    public void forget(Answer answer) {
        byId.remove(answer.plan().id());
    }
}
