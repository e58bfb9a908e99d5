package templates

// What Opik's SDKs for Python (2.0.2) and TypeScript (2.0.40) offer, and where it is
// here. docs/parity.md is made of this.

// Python: the client.

//opik:parity python auth_check
//opik:parity python config "settings are not read back; [New] names what it cannot use"
//opik:parity python rest_client go=Client.REST
//opik:parity python project_name
//opik:parity python trace go=Client.StartTrace
//opik:parity python span go=Client.StartSpan
//opik:parity python update_trace
//opik:parity python update_span
//opik:parity python log_traces_feedback_scores
//opik:parity python log_spans_feedback_scores
//opik:parity python log_threads_feedback_scores
//opik:parity python delete_trace_feedback_score
//opik:parity python delete_span_feedback_score
//opik:parity python search_traces go=Client.SearchTraces "to the last record, with whole inputs and outputs; params change that"
//opik:parity python search_spans go=Client.SearchSpans "to the last record, with whole inputs and outputs; params change that"
//opik:parity python search_threads go=Client.SearchThreads "threads are whole; [Threads.List] goes on to the last one"
//opik:parity python get_trace_content
//opik:parity python get_span_content
//opik:parity python get_project
//opik:parity python get_dataset go=Client.GetDataset "no items are read before they are needed"
//opik:parity python get_datasets
//opik:parity python create_dataset
//opik:parity python delete_dataset
//opik:parity python get_or_create_dataset
//opik:parity python create_test_suite
//opik:parity python get_test_suite
//opik:parity python get_or_create_test_suite
//opik:parity python get_test_suites
//opik:parity python delete_test_suite
//opik:parity python get_test_suite_experiments
//opik:parity python flush
//opik:parity python end go=Client.Close

// Python: traces and spans.

//opik:parity python Trace.id
//opik:parity python Trace.end
//opik:parity python Trace.update go=Trace.SetInput,Trace.SetOutput,Trace.SetMetadata,Trace.AddTags,Trace.SetError,Trace.SetThreadID "a setter for each field"
//opik:parity python Trace.span go=Trace.StartSpan
//opik:parity python Trace.log_feedback_score go=Trace.Score
//opik:parity python Span.id
//opik:parity python Span.trace_id
//opik:parity python Span.parent_span_id "who starts a span knows its parent, [SpanFromContext]"
//opik:parity python Span.end
//opik:parity python Span.update go=Span.SetInput,Span.SetOutput,Span.SetMetadata,Span.AddTags,Span.SetUsage,Span.SetModel,Span.SetProvider,Span.SetCost,Span.SetError "a setter for each field"
//opik:parity python Span.span go=Span.StartSpan
//opik:parity python Span.log_feedback_score go=Span.Score
//opik:parity python Span.get_distributed_trace_headers go=Span.DistributedHeaders

// Python: datasets.

//opik:parity python Dataset.id
//opik:parity python Dataset.name
//opik:parity python Dataset.project_name
//opik:parity python Dataset.description go=Dataset.Record "a field of the record"
//opik:parity python Dataset.dataset_items_count go=Dataset.ItemsCount
//opik:parity python Dataset.get_tags go=Dataset.Refresh,Dataset.Record "a field of the record"
//opik:parity python Dataset.insert
//opik:parity python Dataset.update go=Dataset.UpdateItems "what has the content of another item is updated as well"
//opik:parity python Dataset.delete go=Dataset.DeleteItems
//opik:parity python Dataset.clear
//opik:parity python Dataset.get_items go=Dataset.Items
//opik:parity python Dataset.insert_from_json go=Dataset.ImportJSON
//opik:parity python Dataset.read_jsonl_from_file go=Dataset.ImportJSONL
//opik:parity python Dataset.insert_from_pandas go=Dataset.InsertSeq,Dataset.ImportCSV,ItemsOf "from CSV or any values"
//opik:parity python Dataset.to_json go=Dataset.ExportJSON
//opik:parity python Dataset.to_pandas go=Dataset.ExportCSV,ItemsAs "to CSV or any values"
//opik:parity python Dataset.get_version_info go=Dataset.CurrentVersion
//opik:parity python Dataset.get_version_view go=Dataset.Version
//opik:parity python Dataset.get_current_version_name go=Dataset.CurrentVersion
//opik:parity python Dataset.get_evaluators go=Dataset.CurrentVersion "fields of the version's record"
//opik:parity python Dataset.get_execution_policy go=Dataset.CurrentVersion "fields of the version's record"

// Python: test suites.

//opik:parity python TestSuite.insert
//opik:parity python TestSuite.update go=TestSuite.UpdateItems
//opik:parity python TestSuite.delete go=TestSuite.DeleteItems
//opik:parity python TestSuite.clear
//opik:parity python TestSuite.get_items go=TestSuite.Items
//opik:parity python TestSuite.update_test_settings go=TestSuite.UpdateSettings
//opik:parity python TestSuite.get_tags go=TestSuite.Dataset "a field of the dataset's record"
//opik:parity python TestSuite.get_global_assertions go=TestSuite.Settings
//opik:parity python TestSuite.get_global_execution_policy go=TestSuite.Settings
//opik:parity python TestSuite.get_current_version_name go=TestSuite.Dataset "the dataset has the versions"
//opik:parity python TestSuite.get_version_info go=TestSuite.Dataset "the dataset has the versions"
//opik:parity python TestSuite.get_version_view go=TestSuite.Dataset "the dataset has the versions"

// Python: experiments and optimizations.

//opik:parity python create_experiment
//opik:parity python update_experiment
//opik:parity python get_experiment_by_id
//opik:parity python get_experiments_by_name go=Client.GetExperimentsByName "those with just that name; [Experiments.Search] has the others"
//opik:parity python get_experiment_by_name
//opik:parity python get_dataset_experiments
//opik:parity python get_experiments_client go=Experiments.List,Datasets.ListExperimentItems "services of the client"
//opik:parity python create_optimization
//opik:parity python get_optimization_by_id
//opik:parity python delete_optimizations
//opik:parity python Experiment.id
//opik:parity python Experiment.name
//opik:parity python Experiment.dataset_name go=Experiment.Record "a field of the record"
//opik:parity python Experiment.tags go=Experiment.Record "a field of the record"
//opik:parity python Experiment.insert
//opik:parity python Experiment.get_items go=Experiment.Items
//opik:parity python Experiment.log_experiment_scores go=Experiment.SetScores
//opik:parity python Experiment.get_experiment_data go=Experiment.Refresh
//opik:parity python Optimization.id
//opik:parity python Optimization.update
//opik:parity python Optimization.fetch_content go=Optimization.Refresh,Optimization.Record
//opik:parity python ExperimentsClient.find_experiment_items_for_dataset go=Datasets.ListExperimentItems

// Python: prompts.

//opik:parity python create_prompt go=Client.CreatePrompt "a change description and tags are kept for later versions, too"
//opik:parity python create_chat_prompt
//opik:parity python get_prompt go=Client.GetPrompt "a missing prompt is an error, ErrNotFound"
//opik:parity python get_chat_prompt
//opik:parity python get_prompt_history
//opik:parity python get_chat_prompt_history
//opik:parity python get_all_prompts go=Client.GetPromptHistory
//opik:parity python search_prompts go=Client.SearchPrompts "with the fields of prompts, not those of traces"
//opik:parity python get_prompts_client go=Prompts.List,Client.UpdatePromptVersionTags "a service of the client, and the client"
//opik:parity python PromptClient.get_all_prompt_versions go=Prompts.ListVersions
//opik:parity python PromptClient.batch_update_prompt_version_tags go=Client.UpdatePromptVersionTags
//opik:parity python PromptClient.create_prompt go=Client.CreatePrompt
//opik:parity python PromptClient.get_prompt go=Client.GetPrompt
//opik:parity python PromptClient.search_prompts go=Client.SearchPrompts
//opik:parity python Prompt.name
//opik:parity python Prompt.commit
//opik:parity python Prompt.version_id
//opik:parity python Prompt.type
//opik:parity python Prompt.prompt go=Prompt.Template
//opik:parity python Prompt.metadata go=Prompt.Version "a field of the version"
//opik:parity python Prompt.tags go=Prompt.Version "a field of the version"
//opik:parity python Prompt.format
//opik:parity python Prompt.sync_with_backend go=Client.CreatePrompt,NewPrompt "a prompt without a server is made by NewPrompt"
//opik:parity python ChatPrompt.template go=ChatPrompt.Messages
//opik:parity python ChatPrompt.format
//opik:parity python ChatPrompt.sync_with_backend go=Client.CreateChatPrompt "creating a prompt waits for the server"

// Python: annotation queues, attachments, threads.

//opik:parity python create_traces_annotation_queue
//opik:parity python create_threads_annotation_queue
//opik:parity python get_traces_annotation_queue
//opik:parity python get_threads_annotation_queue
//opik:parity python get_traces_annotation_queues
//opik:parity python get_threads_annotation_queues
//opik:parity python delete_annotation_queue
//opik:parity python TracesAnnotationQueue.add_traces
//opik:parity python TracesAnnotationQueue.remove_traces
//opik:parity python TracesAnnotationQueue.items_count
//opik:parity python TracesAnnotationQueue.update
//opik:parity python TracesAnnotationQueue.delete
//opik:parity python ThreadsAnnotationQueue.add_threads
//opik:parity python ThreadsAnnotationQueue.remove_threads
//opik:parity python ThreadsAnnotationQueue.items_count
//opik:parity python ThreadsAnnotationQueue.update
//opik:parity python ThreadsAnnotationQueue.delete
//opik:parity python get_attachment_client go=Client.UploadAttachment,Client.OpenAttachment,Client.SaveAttachment,Attachments.List "the client itself"
//opik:parity python queue_attachment_upload go=Client.LogAttachmentFile "what is queued is a copy"
//opik:parity python AttachmentClient.get_attachment_list go=Attachments.List
//opik:parity python AttachmentClient.download_attachment go=Client.OpenAttachment,Client.SaveAttachment
//opik:parity python AttachmentClient.upload_attachment go=Client.UploadAttachmentFile
//opik:parity python get_or_create_config
//opik:parity python create_config
//opik:parity python set_config_env
//opik:parity python copy_traces
//opik:parity python get_project_url
//opik:parity python get_threads_client go=Client.Threads
//opik:parity python opik.ConfigNotFound go=ErrNotFound
//opik:parity python opik.ConfigMismatch go=AgentConfigError
//opik:parity python opik.Config go=AgentConfig.Decode "any struct or map"
//opik:parity python opik.agent_config_context go=GetConfigParams "version and mask are arguments"
//opik:parity python ThreadsClient.search_threads go=Client.SearchThreads
//opik:parity python ThreadsClient.log_threads_feedback_scores go=Client.LogThreadsFeedbackScores
//opik:parity python ThreadsClient.close_thread go=Threads.Close

// Python: the module.

//opik:parity python opik.Opik go=New
//opik:parity python opik.get_global_client "a program passes its client on; the context carries traces and spans"
//opik:parity python opik.set_global_client "a program passes its client on; the context carries traces and spans"
//opik:parity python opik.configure "settings come from options, the environment and the file that all Opik SDKs share"
//opik:parity python opik.track go=StartSpan "Go has no decorators; a deferred Span.End records a panic, too"
//opik:parity python opik.start_as_current_trace go=Client.StartTrace
//opik:parity python opik.start_as_current_span go=StartSpan
//opik:parity python opik.update_current_trace go=TraceFromContext
//opik:parity python opik.update_current_span go=SpanFromContext
//opik:parity python opik.project_context go=InProject "an option of the trace; its spans follow"
//opik:parity python opik.flush_tracker go=Client.Flush
//opik:parity python opik.record_traces_locally go=opiktest.NewServer
//opik:parity python opik.set_tracing_active go=WithTracking
//opik:parity python opik.is_tracing_active "a nil client and one with [WithTracking] off trace nothing; nobody need ask"
//opik:parity python opik.reset_tracing_to_config_default "the setting is that of a client and does not change"
//opik:parity python opik.distributed_headers go=Client.ContinueTrace
//opik:parity python opik.Attachment go=Attachment
//opik:parity python opik.Prompt go=NewPrompt,Client.CreatePrompt
//opik:parity python opik.ChatPrompt go=NewChatPrompt,Client.CreateChatPrompt
//opik:parity python opik.PromptType
//opik:parity python opik.LLMProvider go=WithProvider "any text"
//opik:parity python opik.Dataset
//opik:parity python opik.TestSuite
//opik:parity python opik.TracesAnnotationQueue
//opik:parity python opik.ThreadsAnnotationQueue
//opik:parity python opik.ExperimentItemContent
//opik:parity python opik.ExperimentItemReferences go=ExperimentItem
//opik:parity python opik.Guardrail go=Client.LogGuardrails "results are recorded; what checks a text is a server of its own, which the contract does not describe"
//opik:parity python opik.add_anonymizer "who wants to hide something does so before handing it over"
//opik:parity python opik.add_httpx_client_hook go=WithHTTPClient
//opik:parity python opik.evaluate "evaluation is no part of the SDK yet"
//opik:parity python opik.evaluate_prompt "evaluation is no part of the SDK yet"
//opik:parity python opik.evaluate_experiment "evaluation is no part of the SDK yet"
//opik:parity python opik.evaluate_on_dict_items "evaluation is no part of the SDK yet"
//opik:parity python opik.run_tests "evaluation is no part of the SDK yet"
//opik:parity python opik.llm_unit "evaluation is no part of the SDK yet"
//opik:parity python opik.SimulatedUser "evaluation is no part of the SDK yet"
//opik:parity python opik.run_simulation "evaluation is no part of the SDK yet"
//opik:parity python opik_context.get_current_trace_data go=TraceFromContext
//opik:parity python opik_context.get_current_span_data go=SpanFromContext
//opik:parity python opik_context.get_distributed_trace_headers go=Span.DistributedHeaders
//opik:parity python opik_context.update_current_trace go=TraceFromContext
//opik:parity python opik_context.update_current_span go=SpanFromContext
//opik:parity python opik_context.trace_context go=WithParent

// TypeScript: the client.

//opik:parity typescript api go=Client.REST
//opik:parity typescript config "settings are not read back; [New] names what it cannot use"
//opik:parity typescript resolveProjectName go=Client.ProjectName
//opik:parity typescript trace go=Client.StartTrace
//opik:parity typescript logTracesFeedbackScores
//opik:parity typescript logSpansFeedbackScores
//opik:parity typescript searchTraces
//opik:parity typescript searchSpans
//opik:parity typescript searchThreads
//opik:parity typescript getDataset
//opik:parity typescript getDatasets
//opik:parity typescript createDataset
//opik:parity typescript deleteDataset
//opik:parity typescript getOrCreateDataset
//opik:parity typescript flush

// TypeScript: traces and spans.

//opik:parity typescript Trace.end
//opik:parity typescript Trace.score
//opik:parity typescript Trace.span go=Trace.StartSpan
//opik:parity typescript Trace.update go=Trace.SetInput,Trace.SetOutput,Trace.SetMetadata,Trace.AddTags,Trace.SetError,Trace.SetThreadID "a setter for each field"
//opik:parity typescript Span.end
//opik:parity typescript Span.score
//opik:parity typescript Span.span go=Span.StartSpan
//opik:parity typescript Span.update go=Span.SetInput,Span.SetOutput,Span.SetMetadata,Span.AddTags,Span.SetUsage,Span.SetModel,Span.SetProvider,Span.SetCost,Span.SetError "a setter for each field"

// TypeScript: datasets.

//opik:parity typescript Dataset.insert
//opik:parity typescript Dataset.update go=Dataset.UpdateItems
//opik:parity typescript Dataset.delete go=Dataset.DeleteItems
//opik:parity typescript Dataset.getItems go=Dataset.Items
//opik:parity typescript Dataset.getItemsCount go=Dataset.ItemsCount
//opik:parity typescript Dataset.getTags go=Dataset.Refresh,Dataset.Record "a field of the record"
//opik:parity typescript Dataset.clear
//opik:parity typescript Dataset.getRawItems go=Dataset.Items
//opik:parity typescript Dataset.insertFromJson go=Dataset.ImportJSON
//opik:parity typescript Dataset.toJson go=Dataset.ExportJSON
//opik:parity typescript Dataset.syncHashes go=Dataset.Sync
//opik:parity typescript Dataset.getVersionView go=Dataset.Version
//opik:parity typescript Dataset.getVersionInfo go=Dataset.CurrentVersion
//opik:parity typescript Dataset.getCurrentVersionName go=Dataset.CurrentVersion

// TypeScript: experiments.

//opik:parity typescript Experiment.ensureNameLoaded "the name is always loaded"
//opik:parity typescript Experiment.name
//opik:parity typescript Experiment.insert
//opik:parity typescript Experiment.getItems go=Experiment.Items
//opik:parity typescript Experiment.getUrl go=Experiment.URL

// TypeScript: prompts.

//opik:parity typescript createPrompt
//opik:parity typescript createChatPrompt
//opik:parity typescript getPrompt
//opik:parity typescript getChatPrompt
//opik:parity typescript searchPrompts
//opik:parity typescript deletePrompts go=Prompts.DeleteBatch
//opik:parity typescript updatePromptVersionTags
//opik:parity typescript Prompt.ready "creating and getting a prompt waits for the server"
//opik:parity typescript Prompt.format
//opik:parity typescript Prompt.updateProperties go=Prompt.Update
//opik:parity typescript Prompt.delete
//opik:parity typescript Prompt.getVersions go=Prompt.Versions
//opik:parity typescript Prompt.useVersion go=Prompt.Restore
//opik:parity typescript Prompt.getVersion go=Prompt.VersionByNumber
//opik:parity typescript Prompt.syncWithBackend go=Client.CreatePrompt "creating a prompt waits for the server"
//opik:parity typescript ChatPrompt.format
//opik:parity typescript ChatPrompt.updateProperties go=ChatPrompt.Update
//opik:parity typescript ChatPrompt.delete
//opik:parity typescript ChatPrompt.getVersions go=ChatPrompt.Versions
//opik:parity typescript ChatPrompt.getVersion go=ChatPrompt.VersionByNumber
//opik:parity typescript ChatPrompt.useVersion go=ChatPrompt.At
//opik:parity typescript ChatPrompt.syncWithBackend go=Client.CreateChatPrompt "creating a prompt waits for the server"

// TypeScript: annotation queues.

//opik:parity typescript createTracesAnnotationQueue
//opik:parity typescript createThreadsAnnotationQueue
//opik:parity typescript getTracesAnnotationQueue
//opik:parity typescript getThreadsAnnotationQueue
//opik:parity typescript getTracesAnnotationQueues
//opik:parity typescript getThreadsAnnotationQueues
//opik:parity typescript deleteTracesAnnotationQueue go=Client.DeleteAnnotationQueue
//opik:parity typescript deleteThreadsAnnotationQueue go=Client.DeleteAnnotationQueue
//opik:parity typescript getDatasetExperiments
//opik:parity typescript createTestSuite
//opik:parity typescript getTestSuite
//opik:parity typescript getOrCreateTestSuite
//opik:parity typescript deleteTestSuite
//opik:parity typescript getTestSuites
//opik:parity typescript getTestSuiteExperiments
//opik:parity typescript createExperiment
//opik:parity typescript updateExperiment
//opik:parity typescript getExperiment go=Client.GetExperimentByName
//opik:parity typescript getExperimentById
//opik:parity typescript getExperimentsByName
//opik:parity typescript deleteExperiment go=Client.DeleteExperiments,Experiment.Delete
//opik:parity typescript createEnvironment
//opik:parity typescript getEnvironments
//opik:parity typescript updateEnvironment
//opik:parity typescript deleteEnvironment
//opik:parity typescript getOrCreateConfig
//opik:parity typescript createConfig
//opik:parity typescript setConfigEnv
//opik:parity typescript TracesAnnotationQueue.addTraces
//opik:parity typescript TracesAnnotationQueue.removeTraces
//opik:parity typescript TracesAnnotationQueue.getItemsCount go=TracesAnnotationQueue.ItemsCount
//opik:parity typescript TracesAnnotationQueue.update
//opik:parity typescript TracesAnnotationQueue.delete
//opik:parity typescript ThreadsAnnotationQueue.addThreads
//opik:parity typescript ThreadsAnnotationQueue.removeThreads
//opik:parity typescript ThreadsAnnotationQueue.getItemsCount go=ThreadsAnnotationQueue.ItemsCount
//opik:parity typescript ThreadsAnnotationQueue.update
//opik:parity typescript ThreadsAnnotationQueue.delete
//opik:parity typescript TestSuite.insert
//opik:parity typescript TestSuite.update
//opik:parity typescript TestSuite.updateItem go=TestSuite.Update
//opik:parity typescript TestSuite.updateItemAssertions go=TestSuite.Update
//opik:parity typescript TestSuite.updateItemExecutionPolicy go=TestSuite.Update
//opik:parity typescript TestSuite.updateTestSettings go=TestSuite.UpdateSettings
//opik:parity typescript TestSuite.delete
//opik:parity typescript TestSuite.clear
//opik:parity typescript TestSuite.getItems go=TestSuite.Items
//opik:parity typescript TestSuite.getRawItems go=TestSuite.Items
//opik:parity typescript TestSuite.getItemsCount go=Dataset.ItemsCount "of [TestSuite.Dataset]"
//opik:parity typescript TestSuite.getTags go=TestSuite.Dataset "a field of the dataset's record"
//opik:parity typescript TestSuite.getGlobalAssertions go=TestSuite.Settings
//opik:parity typescript TestSuite.getGlobalExecutionPolicy go=TestSuite.Settings
//opik:parity typescript TestSuite.getCurrentVersionName go=TestSuite.Dataset "the dataset has the versions"
//opik:parity typescript TestSuite.getVersionInfo go=TestSuite.Dataset "the dataset has the versions"
//opik:parity typescript TestSuite.getVersionView go=TestSuite.Dataset "the dataset has the versions"
