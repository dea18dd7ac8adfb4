package dev.parley.orchestrator.admin;

import dev.parley.schemas.record.PolicyChange;
import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import jakarta.persistence.Table;

/** Where the chain of changes ends: the next one's ordinal and the last one's hash. */
@Entity
@Table(name = "chain_head")
@SuppressWarnings("NullAway.Init")
class ChainHead {

    @Id private int id;

    private long nextOrdinal;
    private String lastHash;

    protected ChainHead() {}

    void after(PolicyChange change) {
        nextOrdinal = change.ordinal() + 1;
        lastHash = change.hash();
    }

    long nextOrdinal() {
        return nextOrdinal;
    }

    String lastHash() {
        return lastHash;
    }
}
