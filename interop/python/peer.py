"""The official Python client, driven by lines of JSON.

Each line of the input is a request {"do", "case", "data", "keys"}; the answer is a
line {"result"}, {"unsupported"} or {"error"}. See ../peer.go.
"""

import base64
import contextvars
import json
import os
import sys
import tempfile
import traceback
import uuid
from datetime import datetime, timezone

# What the client prints belongs into the error output.
answers, sys.stdout = sys.stdout, sys.stderr

import opik  # noqa: E402
from opik import opik_context  # noqa: E402
from opik.api_objects.experiment.experiment_item import ExperimentItemReferences  # noqa: E402

PROJECT = "interop"
client = opik.Opik(project_name=PROJECT)


def time_of(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")) if text else None


def text_of(time):
    return time.astimezone(timezone.utc).isoformat().replace("+00:00", "Z") if time else None


def now():
    """The end that is given with the start: an end() that follows a start at once
    is an update that may reach the server before the record, and replace it."""
    return datetime.now(timezone.utc)


def error_of(info):
    return info.dict() if info else None


def scores_of(scores):
    """Scores without what the server adds, by name."""
    listed = [
        {"name": s.name, "value": s.value, "reason": s.reason, "category_name": s.category_name}
        for s in scores or []
    ]
    return sorted(listed, key=lambda s: s["name"])


def in_order_of(scores, wanted):
    names = [s["name"] for s in wanted]
    return sorted(scores, key=lambda s: names.index(s["name"]) if s["name"] in names else len(names))


def write_traces(data, keys):
    ids = []
    for t in data["traces"]:
        trace = client.trace(
            name=t["name"], start_time=time_of(t["start_time"]), end_time=time_of(t.get("end_time")),
            input=t.get("input"), output=t.get("output"), metadata=t.get("metadata"), tags=t.get("tags"),
            thread_id=t.get("thread_id"), error_info=t.get("error_info"), project_name=data["project"],
        )
        ids.append(trace.id)
    return {"ids": ids}


def read_traces(data, keys):
    def read(id):
        t = client.get_trace_content(id)
        return {
            "name": t.name, "start_time": text_of(t.start_time), "end_time": text_of(t.end_time),
            "input": t.input, "output": t.output, "metadata": t.metadata, "tags": t.tags,
            "thread_id": t.thread_id, "error_info": error_of(t.error_info),
        }

    return {"project": data["project"], "traces": [read(id) for id in keys["ids"]]}


def write_spans(data, keys):
    t = data["trace"]
    trace = client.trace(
        name=t["name"], start_time=time_of(t["start_time"]), end_time=time_of(t["end_time"]),
        input=t["input"], output=t["output"], project_name=data["project"],
    )
    ids = []
    for s in data["spans"]:
        parent = s.get("parent")
        span = client.span(
            trace_id=trace.id, parent_span_id=None if parent is None else ids[parent], name=s["name"], type=s["type"],
            start_time=time_of(s["start_time"]), end_time=time_of(s["end_time"]), input=s.get("input"),
            output=s.get("output"), metadata=s.get("metadata"), tags=s.get("tags"), usage=s.get("usage"),
            model=s.get("model"), provider=s.get("provider"), total_cost=s.get("total_estimated_cost"),
            error_info=s.get("error_info"), project_name=data["project"],
        )
        ids.append(span.id)
    return {"trace": trace.id, "ids": ids}


def read_spans(data, keys):
    t = client.get_trace_content(keys["trace"])
    found = {s.id: s for s in client.search_spans(project_name=data["project"], trace_id=t.id, truncate=False)}

    def read(id):
        s = found[id]
        return {
            "name": s.name, "type": s.type, "parent": keys["ids"].index(s.parent_span_id) if s.parent_span_id else None,
            "start_time": text_of(s.start_time), "end_time": text_of(s.end_time), "input": s.input, "output": s.output,
            "metadata": s.metadata, "tags": s.tags, "usage": s.usage, "model": s.model, "provider": s.provider,
            "total_estimated_cost": s.total_estimated_cost, "error_info": error_of(s.error_info),
        }

    return {
        "project": data["project"],
        "trace": {"name": t.name, "start_time": text_of(t.start_time), "end_time": text_of(t.end_time), "input": t.input, "output": t.output},
        "spans": [read(id) for id in keys["ids"]],
    }


def write_scores(data, keys):
    trace = client.trace(name="scored", end_time=now(), project_name=data["project"])
    span = trace.span(name="scored", end_time=now())
    client.log_traces_feedback_scores([{"id": trace.id, **s} for s in data["trace_scores"]], project_name=data["project"])
    client.log_spans_feedback_scores([{"id": span.id, **s} for s in data["span_scores"]], project_name=data["project"])
    return {"trace": trace.id, "span": span.id}


def read_scores(data, keys):
    trace, span = client.get_trace_content(keys["trace"]), client.get_span_content(keys["span"])
    return {
        "project": data["project"],
        "trace_scores": in_order_of(scores_of(trace.feedback_scores), data["trace_scores"]),
        "span_scores": in_order_of(scores_of(span.feedback_scores), data["span_scores"]),
    }


def write_threads(data, keys):
    for turn in data["turns"]:
        client.trace(
            name="turn", start_time=time_of(turn["start_time"]), end_time=time_of(turn["end_time"]), input=turn["input"],
            output=turn["output"], thread_id=data["thread_id"], project_name=data["project"],
        )
    client.flush()
    client.rest_client.traces.close_trace_thread(project_name=data["project"], thread_id=data["thread_id"])
    client.log_threads_feedback_scores([{"id": data["thread_id"], **s} for s in data["scores"]], project_name=data["project"])
    return {}


def read_threads(data, keys):
    (thread,) = client.search_threads(project_name=data["project"], filter_string=f'id = "{data["thread_id"]}"', truncate=False)
    turns = client.search_traces(project_name=data["project"], filter_string=f'thread_id = "{data["thread_id"]}"', truncate=False)
    turns.sort(key=lambda t: t.start_time)
    return {
        "project": data["project"], "thread_id": thread.id, "number_of_messages": thread.number_of_messages,
        "scores": scores_of(thread.feedback_scores),
        "turns": [{"start_time": text_of(t.start_time), "end_time": text_of(t.end_time), "input": t.input, "output": t.output} for t in turns],
    }


def write_search(data, keys):
    return write_traces(data, keys)


def read_search(data, keys):
    def names(filter):
        return sorted(t.name for t in client.search_traces(project_name=data["project"], filter_string=filter))

    return {**data, "queries": [{"filter": q["filter"], "names": names(q["filter"])} for q in data["queries"]]}


def write_distributed(data, keys):
    with opik.start_as_current_trace(data["trace"], project_name=data["project"]):
        with opik.start_as_current_span(data["spans"][0]["name"], project_name=data["project"]) as span:
            span.output = data["spans"][0]["output"]
            headers = opik_context.get_distributed_trace_headers()
    opik.flush_tracker()
    return {"headers": headers}


def continue_distributed(data, keys):
    with opik.start_as_current_span(
        data["spans"][1]["name"], project_name=data["project"], opik_distributed_trace_headers=keys["headers"]
    ) as span:
        span.output = data["spans"][1]["output"]
    opik.flush_tracker()
    return keys


def read_distributed(data, keys):
    trace = client.get_trace_content(keys["headers"]["opik_trace_id"])
    spans = client.search_spans(project_name=data["project"], trace_id=trace.id)
    names = {s.id: s.name for s in spans}
    listed = [{"name": s.name, "parent": names.get(s.parent_span_id), "output": s.output} for s in spans]
    return {"project": data["project"], "trace": trace.name, "spans": sorted(listed, key=lambda s: s["name"])}


def write_datasets(data, keys):
    dataset = client.create_dataset(data["name"], data["description"])
    dataset.insert(data["items"])
    dataset.insert(data["items"])
    return {}


def read_datasets(data, keys):
    dataset = client.get_dataset(data["name"])
    items = [{k: v for k, v in item.items() if k != "id"} for item in dataset.get_items()]
    return {"name": dataset.name, "description": dataset.description, "items": like(items, data["items"])}


def like(items, wanted):
    """The items in the order of the wanted ones: stores do not keep the order."""
    order = [json.dumps(w, sort_keys=True) for w in wanted]

    def rank(item):
        text = json.dumps(item, sort_keys=True)
        return order.index(text) if text in order else len(order)

    return sorted(items, key=rank)


def write_experiments(data, keys):
    dataset = client.create_dataset(data["dataset"], project_name=data["project"])
    dataset.insert([item["data"] for item in data["items"]])
    stored = {item["q"]: item["id"] for item in dataset.get_items()}
    experiment = client.create_experiment(
        dataset_name=data["dataset"], name=data["name"], experiment_config=data["config"], project_name=data["project"]
    )
    references = []
    for item in data["items"]:
        trace = client.trace(name="task", input=item["data"], output=item["output"], end_time=now(), project_name=data["project"])
        client.log_traces_feedback_scores([{"id": trace.id, **s} for s in item["scores"]], project_name=data["project"])
        references.append(ExperimentItemReferences(dataset_item_id=stored[item["data"]["q"]], trace_id=trace.id))
    experiment.insert(references)
    return {"id": experiment.id}


def read_experiments(data, keys):
    experiment = client.get_experiment_by_id(keys["id"])
    items = [
        {
            "data": {k: v for k, v in item.dataset_item_data.items() if k != "id"}, "output": item.evaluation_task_output,
            "scores": [{"name": s["name"], "value": s["value"], "reason": s.get("reason")} for s in item.feedback_scores],
        }
        for item in experiment.get_items()
    ]
    return {
        "project": data["project"], "dataset": experiment.dataset_name, "name": experiment.name,
        "config": experiment.get_experiment_data().metadata, "items": sorted(items, key=lambda i: i["data"]["q"]),
    }


def write_prompts(data, keys):
    text, chat = data["text"], data["chat"]
    for template in text["templates"]:
        client.create_prompt(name=text["name"], prompt=template, metadata=text["metadata"])
    client.create_prompt(name=text["name"], prompt=text["templates"][-1], metadata=text["metadata"])
    client.create_chat_prompt(name=chat["name"], messages=chat["messages"])
    return {}


def read_prompts(data, keys):
    text, chat = data["text"], data["chat"]
    prompt = client.get_prompt(name=text["name"])
    history = client.get_prompt_history(name=text["name"])
    conversation = client.get_chat_prompt(name=chat["name"])
    return {
        "text": {
            "name": prompt.name, "templates": [p.prompt for p in reversed(history)], "metadata": prompt.metadata,
            "variables": text["variables"], "formatted": prompt.format(**text["variables"]),
        },
        "chat": {
            "name": conversation.name, "messages": conversation.template, "variables": chat["variables"],
            "formatted": conversation.format(chat["variables"]),
        },
    }


def write_attachments(data, keys):
    trace = client.trace(name="with files", end_time=now(), project_name=data["project"])
    span = trace.span(name="with files", end_time=now())
    client.flush()
    uploads = client.get_attachment_client()
    with tempfile.TemporaryDirectory() as folder:
        for kind, entity in (("trace", trace.id), ("span", span.id)):
            for file in data[kind]:
                path = os.path.join(folder, uuid.uuid4().hex)
                with open(path, "wb") as f:
                    f.write(base64.b64decode(file["base64"]))
                uploads.upload_attachment(
                    project_name=data["project"], entity_type=kind, entity_id=entity, file_path=path,
                    file_name=file["file_name"], mime_type=file["mime_type"],
                )
    return {"trace": trace.id, "span": span.id}


def read_attachments(data, keys):
    uploads = client.get_attachment_client()

    def read(kind):
        files = uploads.get_attachment_list(project_name=data["project"], entity_id=keys[kind], entity_type=kind)
        result = []
        for file in files:
            content = b"".join(uploads.download_attachment(
                project_name=data["project"], entity_type=kind, entity_id=keys[kind],
                file_name=file.file_name, mime_type=file.mime_type,
            ))
            result.append({"file_name": file.file_name, "mime_type": file.mime_type, "base64": base64.b64encode(content).decode()})
        return sorted(result, key=lambda f: f["file_name"])

    return {"project": data["project"], "trace": read("trace"), "span": read("span")}


def answer(line):
    request = json.loads(line)
    act = globals().get(request["do"] + "_" + request["case"])
    if act is None:
        return {"unsupported": "the Python client has no way to " + request["do"] + " " + request["case"]}
    try:
        # A context of its own, since the client leaves the project in it.
        result = contextvars.copy_context().run(act, request["data"], request.get("keys"))
        client.flush()
        return {"result": result}
    except Exception as e:
        last = traceback.extract_tb(e.__traceback__)[1]
        return {"error": f"{type(e).__name__}: {e} (line {last.lineno}: {last.line})"}


for line in sys.stdin:
    answers.write(json.dumps(answer(line), default=str) + "\n")
    answers.flush()
client.end()
