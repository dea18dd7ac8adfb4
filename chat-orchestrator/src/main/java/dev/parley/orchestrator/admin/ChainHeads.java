package dev.parley.orchestrator.admin;

import jakarta.persistence.LockModeType;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.jpa.repository.Query;
import org.springframework.data.repository.Repository;

/** The one row that whoever changes the policy holds until the change is committed. */
interface ChainHeads extends Repository<ChainHead, Integer> {

    @Lock(LockModeType.PESSIMISTIC_WRITE)
    @Query("select h from ChainHead h where h.id = 1")
    ChainHead lock();
}
