package templates

// The operations that nobody has decided on. opikgen sync keeps this file in step
// with the contract.

// Agent Configs

//opik:pending updateAgentConfig
//opik:pending createAgentConfig
//opik:pending createOrUpdateEnvs
//opik:pending deleteEnv
//opik:pending getBlueprintByEnv
//opik:pending setEnvByBlueprintName
//opik:pending getBlueprintHistory
//opik:pending getLatestBlueprint
//opik:pending createBlueprintFromMask
//opik:pending getBlueprintByName
//opik:pending removeConfigKeys
//opik:pending getBlueprintById
//opik:pending getDeltaById

// Annotation Queues

//opik:pending findAnnotationQueues
//opik:pending createAnnotationQueue
//opik:pending createAnnotationQueueBatch
//opik:pending deleteAnnotationQueueBatch
//opik:pending getAnnotationQueueById
//opik:pending updateAnnotationQueue
//opik:pending addItemsToAnnotationQueue
//opik:pending removeItemsFromAnnotationQueue
//opik:pending lockAnnotationQueueItem
//opik:pending getAnnotationQueueLocks

// Assertion Results

//opik:pending storeAssertionsBatch

// Attachments

//opik:pending deleteAttachments
//opik:pending downloadAttachment
//opik:pending attachmentList
//opik:pending uploadAttachment
//opik:pending completeMultiPartUpload
//opik:pending startMultiPartUpload

// Environments

//opik:pending findEnvironments
//opik:pending createEnvironment
//opik:pending deleteEnvironmentsBatch
//opik:pending getEnvironmentById
//opik:pending updateEnvironment

// Experiments

//opik:pending findExperiments
//opik:pending createExperiment
//opik:pending batchUpdateExperiments
//opik:pending deleteExperimentsById
//opik:pending executeExperiment
//opik:pending findFeedbackScoreNames
//opik:pending finishExperiments
//opik:pending findExperimentGroups
//opik:pending findExperimentGroupsAggregations
//opik:pending createExperimentItems
//opik:pending experimentItemsBulk
//opik:pending deleteExperimentItems
//opik:pending streamExperimentItems
//opik:pending getExperimentItemById
//opik:pending streamExperiments
//opik:pending getExperimentById
//opik:pending updateExperiment

// Feedback-definitions

//opik:pending findFeedbackDefinitions
//opik:pending createFeedbackDefinition
//opik:pending deleteFeedbackDefinitionsBatch
//opik:pending deleteFeedbackDefinitionById
//opik:pending getFeedbackDefinitionById
//opik:pending updateFeedbackDefinition

// Guardrails

//opik:pending createGuardrails

// Optimizations

//opik:pending findOptimizations
//opik:pending createOptimization
//opik:pending upsertOptimization
//opik:pending deleteOptimizationsById
//opik:pending getStudioOptimizationLogs
//opik:pending getOptimizationById
//opik:pending updateOptimizationsById
