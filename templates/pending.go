package templates

// The operations that nobody has decided on. opikgen sync keeps this file in step
// with the contract.

// Without a tag

//opik:pending isAlive
//opik:pending version

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

// Agent Insights

//opik:pending findAgentInsightsIssues
//opik:pending reportAgentInsightsIssues
//opik:pending getAgentInsightsIssueById
//opik:pending updateAgentInsightsIssue

// Agent Insights Jobs

//opik:pending getAgentInsightsJob
//opik:pending updateAgentInsightsJob
//opik:pending createAgentInsightsJob
//opik:pending triggerAgentInsightsJob

// Alerts

//opik:pending findAlerts
//opik:pending createAlert
//opik:pending deleteAlertBatch
//opik:pending getWebhookExamples
//opik:pending testWebhook
//opik:pending getAlertById
//opik:pending updateAlert

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

// Automation rule evaluators

//opik:pending findEvaluators
//opik:pending createAutomationRuleEvaluator
//opik:pending deleteAutomationRuleEvaluatorBatch
//opik:pending getEvaluatorById
//opik:pending updateAutomationRuleEvaluator
//opik:pending getEvaluatorLogsById

// Chat Completions

//opik:pending createChatCompletions

// Check

//opik:pending checkAccess
//opik:pending getWorkspaceName

// Dashboards

//opik:pending findDashboards
//opik:pending createDashboard
//opik:pending deleteDashboardsBatch
//opik:pending deleteDashboard
//opik:pending getDashboardById
//opik:pending updateDashboard

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

// Insights Views

//opik:pending findInsightsViews
//opik:pending createInsightsView
//opik:pending deleteInsightsViewsBatch
//opik:pending deleteInsightsView
//opik:pending getInsightsViewById
//opik:pending updateInsightsView

// LLM Models

//opik:pending getLlmModels

// LlmProviderKey

//opik:pending findLlmProviderKeys
//opik:pending storeLlmProviderApiKey
//opik:pending deleteLlmProviderApiKeysBatch
//opik:pending getLlmProviderApiKeyById
//opik:pending updateLlmProviderApiKey

// MCP OAuth

//opik:pending getOAuthAuthorizationServerMetadata
//opik:pending authorize
//opik:pending consent
//opik:pending getAuthorizeContext
//opik:pending registerOAuthClient
//opik:pending revoke
//opik:pending token
//opik:pending validateOAuthToken

// Manual Evaluation

//opik:pending evaluateSpans
//opik:pending evaluateThreads
//opik:pending evaluateTraces

// Ollama

//opik:pending listModels
//opik:pending testConnection

// Ollie State

//opik:pending deleteOllieState
//opik:pending downloadOllieState
//opik:pending replaceOllieState

// OpenTelemetry Ingestion

//opik:pending receiveProtobufTraces

// Optimizations

//opik:pending findOptimizations
//opik:pending createOptimization
//opik:pending upsertOptimization
//opik:pending deleteOptimizationsById
//opik:pending getStudioOptimizationLogs
//opik:pending getOptimizationById
//opik:pending updateOptimizationsById

// Pairing

//opik:pending createPairingSession
//opik:pending activatePairingSession

// Redirect

//opik:pending datasetsRedirect
//opik:pending experimentsRedirect
//opik:pending optimizationsRedirect
//opik:pending projectsRedirect

// Report Failures

//opik:pending findReportFailures
//opik:pending createReportFailure

// Reports

//opik:pending getReports
//opik:pending generateReport
//opik:pending getReportPreference
//opik:pending updateReportPreference
//opik:pending completeReport

// Retention Rules

//opik:pending findRetentionRules
//opik:pending createRetentionRule
//opik:pending deactivateRetentionRule
//opik:pending getRetentionRuleById

// Runners

//opik:pending listRunners
//opik:pending createJob
//opik:pending getJob
//opik:pending cancelJob
//opik:pending getJobLogs
//opik:pending appendJobLogs
//opik:pending reportJobResult
//opik:pending disconnectRunner
//opik:pending getRunner
//opik:pending registerAgents
//opik:pending createBridgeCommand
//opik:pending nextBridgeCommands
//opik:pending getBridgeCommand
//opik:pending reportBridgeResult
//opik:pending patchChecklist
//opik:pending heartbeat
//opik:pending listJobs
//opik:pending nextJob

// Service Toggles

//opik:pending getServiceToggles

// System analytics queries

//opik:pending executeAnalyticsQuery

// System usage

//opik:pending getDatasetBiInfo
//opik:pending getExperimentBiInfo
//opik:pending getSpansBiInfo
//opik:pending getTracesBiInfo
//opik:pending getSpansCountForWorkspaces
//opik:pending getSpansCountBreakdownForWorkspaces
//opik:pending getTracesCountForWorkspaces

// Welcome Wizard

//opik:pending getWelcomeWizardStatus
//opik:pending submitWelcomeWizard

// Workspace permissions

//opik:pending getWorkspaceUserPermissions

// Workspaces

//opik:pending deleteWorkspaceConfiguration
//opik:pending getWorkspaceConfiguration
//opik:pending upsertWorkspaceConfiguration
//opik:pending getCost
//opik:pending costsSummary
//opik:pending getMetric
//opik:pending getWorkspaceSpanMetric
//opik:pending metricsSummary
//opik:pending getWorkspaceVersion
