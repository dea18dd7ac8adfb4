package dev.parley.schemas.record;

/** Any record of the log but the frames in the lanes. */
public sealed interface PipelineEvent
        permits RequestEvent,
                Job,
                ControlEvent,
                ResultEvent,
                TurnRecord,
                Checkpoint,
                PersonKey,
                PolicyRecord,
                PolicyChange,
                ChainCheckpoint,
                ToolCatalog,
                WorkerStatus {}
