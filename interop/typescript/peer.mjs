// The official TypeScript client, driven by lines of JSON. Each line of the input
// is a request {do, case, data, keys}; the answer is a line {result}, {unsupported}
// or {error}. See ../peer.go.

import { createInterface } from "node:readline";
import {
  Opik,
  flushAll,
  generateId,
  getDistributedTraceHeaders,
  track,
  setGlobalClient,
  disableLogger,
} from "opik";

disableLogger();
console.log = console.info = console.warn = console.error; // the output is for answers
const client = new Opik({ projectName: "interop" });
setGlobalClient(client);

const timeOf = (text) => (text ? new Date(text) : undefined);
const textOf = (time) => (time ? new Date(time).toISOString() : undefined);
const errorIn = (e) => e && { exceptionType: e.exception_type, message: e.message, traceback: e.traceback };
const errorOut = (e) => e && { exception_type: e.exceptionType, message: e.message, traceback: e.traceback };
const scoreIn = (s) => ({ name: s.name, value: s.value, reason: s.reason, categoryName: s.category_name });
const scoreOut = (s) => ({ name: s.name, value: s.value, reason: s.reason, category_name: s.categoryName });

// The server makes links from the address that it is reached under.
const address = Buffer.from(process.env.OPIK_URL_OVERRIDE).toString("base64");

// inOrderOf sorts scores as the wanted ones are: servers do not keep the order.
function inOrderOf(scores, wanted) {
  const rank = (s) => {
    const at = wanted.findIndex((w) => w.name === s.name);
    return at < 0 ? wanted.length : at;
  };
  return [...(scores ?? [])].sort((a, b) => rank(a) - rank(b)).map(scoreOut);
}

async function collect(response) {
  const list = [];
  for await (const item of response) list.push(item);
  return list;
}

const traceIn = (t, project) => ({
  name: t.name,
  startTime: timeOf(t.start_time),
  endTime: timeOf(t.end_time),
  input: t.input,
  output: t.output,
  metadata: t.metadata,
  tags: t.tags,
  threadId: t.thread_id,
  errorInfo: errorIn(t.error_info),
  projectName: project,
});

const canonical = (v) =>
  JSON.stringify(v, (_, m) =>
    m && typeof m === "object" && !Array.isArray(m)
      ? Object.fromEntries(Object.entries(m).sort(([a], [b]) => (a < b ? -1 : 1)))
      : m,
  );

// like puts items in the order of the wanted ones.
function like(items, wanted) {
  const order = wanted.map(canonical);
  const rank = (i) => {
    const at = order.indexOf(canonical(i));
    return at < 0 ? order.length : at;
  };
  return [...items].sort((a, b) => rank(a) - rank(b));
}

const acts = {
  write_traces(data) {
    return { ids: data.traces.map((t) => client.trace(traceIn(t, data.project)).data.id) };
  },

  async read_traces(data, keys) {
    const traces = [];
    for (const id of keys.ids) {
      const t = await client.api.traces.getTraceById(id);
      traces.push({
        name: t.name,
        start_time: textOf(t.startTime),
        end_time: textOf(t.endTime),
        input: t.input,
        output: t.output,
        metadata: t.metadata,
        tags: t.tags,
        thread_id: t.threadId,
        error_info: errorOut(t.errorInfo),
      });
    }
    return { project: data.project, traces };
  },

  write_spans(data) {
    const trace = client.trace(traceIn(data.trace, data.project));
    const spans = [];
    for (const s of data.spans) {
      const parent = s.parent === undefined ? trace : spans[s.parent];
      spans.push(
        parent.span({
          name: s.name,
          type: s.type,
          startTime: timeOf(s.start_time),
          endTime: timeOf(s.end_time),
          input: s.input,
          output: s.output,
          metadata: s.metadata,
          tags: s.tags,
          usage: s.usage,
          model: s.model,
          provider: s.provider,
          totalEstimatedCost: s.total_estimated_cost,
          errorInfo: errorIn(s.error_info),
        }),
      );
    }
    return { trace: trace.data.id, ids: spans.map((s) => s.data.id) };
  },

  async read_spans(data, keys) {
    const t = await client.api.traces.getTraceById(keys.trace);
    const spans = [];
    for (const id of keys.ids) {
      const s = await client.api.spans.getSpanById(id);
      spans.push({
        name: s.name,
        type: s.type,
        parent: s.parentSpanId ? keys.ids.indexOf(s.parentSpanId) : undefined,
        start_time: textOf(s.startTime),
        end_time: textOf(s.endTime),
        input: s.input,
        output: s.output,
        metadata: s.metadata,
        tags: s.tags,
        usage: s.usage,
        model: s.model,
        provider: s.provider,
        total_estimated_cost: s.totalEstimatedCost,
        error_info: errorOut(s.errorInfo),
      });
    }
    return {
      project: data.project,
      trace: { name: t.name, start_time: textOf(t.startTime), end_time: textOf(t.endTime), input: t.input, output: t.output },
      spans,
    };
  },

  write_scores(data) {
    const trace = client.trace({ name: "scored", projectName: data.project });
    const span = trace.span({ name: "scored" });
    for (const s of data.trace_scores) trace.score(scoreIn(s));
    for (const s of data.span_scores) span.score(scoreIn(s));
    span.end();
    trace.end();
    return { trace: trace.data.id, span: span.data.id };
  },

  async read_scores(data, keys) {
    const trace = await client.api.traces.getTraceById(keys.trace);
    const span = await client.api.spans.getSpanById(keys.span);
    return {
      project: data.project,
      trace_scores: inOrderOf(trace.feedbackScores, data.trace_scores),
      span_scores: inOrderOf(span.feedbackScores, data.span_scores),
    };
  },

  async write_threads(data) {
    for (const turn of data.turns) client.trace({ ...traceIn(turn, data.project), name: "turn", threadId: data.thread_id });
    await client.flush();
    await client.api.traces.closeTraceThread({ projectName: data.project, threadId: data.thread_id });
    await client.api.traces.scoreBatchOfThreads({
      scores: data.scores.map((s) => ({ threadId: data.thread_id, projectName: data.project, source: "sdk", ...scoreIn(s) })),
    });
    return {};
  },

  async read_threads(data) {
    const [thread] = await client.searchThreads({ projectName: data.project, filterString: `id = "${data.thread_id}"` });
    const turns = await client.searchTraces({ projectName: data.project, filterString: `thread_id = "${data.thread_id}"` });
    turns.sort((a, b) => new Date(a.startTime) - new Date(b.startTime));
    return {
      project: data.project,
      thread_id: thread.id,
      number_of_messages: thread.numberOfMessages,
      scores: inOrderOf(thread.feedbackScores, data.scores),
      turns: turns.map((t) => ({ start_time: textOf(t.startTime), end_time: textOf(t.endTime), input: t.input, output: t.output })),
    };
  },

  write_search: (data) => acts.write_traces(data),

  async read_search(data) {
    const queries = [];
    for (const { filter } of data.queries) {
      const found = await client.searchTraces({ projectName: data.project, filterString: filter });
      queries.push({ filter, names: found.map((t) => t.name).sort() });
    }
    return { ...data, queries };
  },

  async write_distributed(data) {
    const [here] = data.spans;
    const begin = track({ name: here.name, projectName: data.project }, async () => {
      begin.headers = getDistributedTraceHeaders();
      return here.output;
    });
    await begin();
    return { headers: begin.headers };
  },

  async continue_distributed(data, keys) {
    // The client gives headers out and has no call that takes them in.
    await client.api.spans.createSpan({
      id: generateId(),
      traceId: keys.headers.opik_trace_id,
      parentSpanId: keys.headers.opik_parent_span_id,
      projectName: data.project,
      name: data.spans[1].name,
      type: "general",
      startTime: new Date(),
      endTime: new Date(),
      output: data.spans[1].output,
    });
    return keys;
  },

  async read_distributed(data, keys) {
    const trace = await client.api.traces.getTraceById(keys.headers.opik_trace_id);
    const page = await client.api.spans.getSpansByProject({ projectName: data.project, traceId: trace.id, size: 100 });
    const names = Object.fromEntries(page.content.map((s) => [s.id, s.name]));
    const spans = page.content.map((s) => ({ name: s.name, parent: names[s.parentSpanId], output: s.output }));
    spans.sort((a, b) => (a.name < b.name ? -1 : 1));
    return { project: data.project, trace: trace.name, spans };
  },

  async write_datasets(data) {
    const dataset = await client.createDataset(data.name, data.description);
    await dataset.insert(data.items);
    await dataset.insert(data.items);
    return {};
  },

  async read_datasets(data) {
    const dataset = await client.getDataset(data.name);
    const items = (await dataset.getItems()).map(({ id, ...item }) => item);
    return { name: dataset.name, description: dataset.description, items: like(items, data.items) };
  },

  async write_experiments(data) {
    const dataset = await client.createDataset(data.dataset, undefined, data.project);
    await dataset.insert(data.items.map((i) => i.data));
    const stored = Object.fromEntries((await dataset.getItems()).map((i) => [i.q, i.id]));
    const experiment = await client.createExperiment({
      datasetName: data.dataset,
      name: data.name,
      experimentConfig: data.config,
      projectName: data.project,
    });
    const references = data.items.map((item) => {
      const trace = client.trace({ name: "task", input: item.data, output: item.output, projectName: data.project });
      for (const s of item.scores) trace.score(scoreIn(s));
      trace.end();
      return { datasetItemId: stored[item.data.q], traceId: trace.data.id };
    });
    await client.flush();
    await experiment.insert(references);
    return { id: experiment.id };
  },

  async read_experiments(data, keys) {
    const experiment = await client.getExperimentById(keys.id);
    const { metadata } = await client.api.experiments.getExperimentById(keys.id);
    const items = (await experiment.getItems()).map((item) => {
      const { id, ...content } = item.datasetItemData;
      return {
        data: content,
        output: item.evaluationTaskOutput,
        scores: item.feedbackScores.map((s) => ({ name: s.name, value: s.value, reason: s.reason })),
      };
    });
    items.sort((a, b) => (a.data.q < b.data.q ? -1 : 1));
    return { project: data.project, dataset: experiment.datasetName, name: experiment.name, config: metadata, items };
  },

  async write_prompts(data) {
    const { text, chat } = data;
    for (const template of [...text.templates, text.templates.at(-1)]) {
      await client.createPrompt({ name: text.name, prompt: template, metadata: text.metadata });
    }
    await client.createChatPrompt({ name: chat.name, messages: chat.messages });
    return {};
  },

  async read_prompts(data) {
    const { text, chat } = data;
    const prompt = await client.getPrompt({ name: text.name });
    const versions = await prompt.getVersions();
    const conversation = await client.getChatPrompt({ name: chat.name });
    return {
      text: {
        name: prompt.name,
        templates: versions.map((v) => v.prompt).reverse(),
        metadata: prompt.metadata,
        variables: text.variables,
        formatted: prompt.format(text.variables),
      },
      chat: {
        name: conversation.name,
        messages: conversation.template,
        variables: chat.variables,
        formatted: conversation.format(chat.variables),
      },
    };
  },

  // Only the client's generated part knows attachments: it starts an upload, and
  // the content is sent to the address that the answer has.
  async write_attachments(data) {
    const trace = client.trace({ name: "with files", projectName: data.project });
    const span = trace.span({ name: "with files" });
    span.end();
    trace.end();
    await client.flush();
    for (const [entityType, entityId] of [["trace", trace.data.id], ["span", span.data.id]]) {
      for (const file of data[entityType]) {
        const upload = await client.api.attachments.startMultiPartUpload({
          fileName: file.file_name,
          mimeType: file.mime_type,
          numOfFileParts: 1,
          projectName: data.project,
          entityType,
          entityId,
          path: address,
        });
        const sent = await fetch(upload.preSignUrls[0], { method: "PUT", body: Buffer.from(file.base64, "base64") });
        if (!sent.ok) throw new Error(`upload: ${sent.status} ${await sent.text()}`);
      }
    }
    return { trace: trace.data.id, span: span.data.id };
  },

  async read_attachments(data, keys) {
    const { id: projectId } = await client.api.projects.retrieveProject({ name: data.project });
    const read = async (entityType) => {
      const page = await client.api.attachments.attachmentList({ projectId, entityType, entityId: keys[entityType], path: address });
      const files = [];
      for (const file of page.content) {
        const content = await fetch(file.link);
        if (!content.ok) throw new Error(`download: ${content.status} ${await content.text()}`);
        const bytes = Buffer.from(await content.arrayBuffer());
        files.push({ file_name: file.fileName, mime_type: file.mimeType, base64: bytes.toString("base64") });
      }
      return files.sort((a, b) => (a.file_name < b.file_name ? -1 : 1));
    };
    return { project: data.project, trace: await read("trace"), span: await read("span") };
  },
};

async function answer(line) {
  const request = JSON.parse(line);
  const act = acts[`${request.do}_${request.case}`];
  if (!act) return { unsupported: `the TypeScript client has no way to ${request.do} ${request.case}` };
  try {
    const result = await act(request.data, request.keys);
    await flushAll(); // what is tracked has a client of its own
    return { result };
  } catch (e) {
    return { error: e?.stack ?? String(e) };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  process.stdout.write(JSON.stringify(await answer(line)) + "\n");
}
await flushAll();
