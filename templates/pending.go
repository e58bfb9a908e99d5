package templates

// The operations that nobody has decided on. opikgen sync keeps this file in step
// with the contract.

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

// Optimizations

//opik:pending findOptimizations
//opik:pending createOptimization
//opik:pending upsertOptimization
//opik:pending deleteOptimizationsById
//opik:pending getStudioOptimizationLogs
//opik:pending getOptimizationById
//opik:pending updateOptimizationsById
