package api

import (
	"net/http"

	"github.com/opik-go/sdk/opik/opiktest/internal/doc"
	"github.com/opik-go/sdk/opik/opiktest/internal/filter"
	"github.com/opik-go/sdk/opik/opiktest/internal/store"
	"github.com/opik-go/sdk/opik/opiktest/internal/validate"
	"github.com/opik-go/sdk/opik/opiktest/internal/wire"
)

func queueRoutes() []*wire.Route {
	return []*wire.Route{
		get("findAnnotationQueues", "/annotation-queues", findQueues),
		limited(wire.GeneralEvents, with("createAnnotationQueue", http.MethodPost, "/annotation-queues", createQueue)),
		batched("annotation_queues", with("createAnnotationQueueBatch", http.MethodPost, "/annotation-queues/batch", createQueues)),
		with("deleteAnnotationQueueBatch", http.MethodPost, "/annotation-queues/delete", deleteQueues),
		get("getAnnotationQueueById", "/annotation-queues/{id}", getQueue),
		limited(wire.GeneralEvents, with("updateAnnotationQueue", http.MethodPatch, "/annotation-queues/{id}", updateQueue)),
		batched("ids", with("addItemsToAnnotationQueue", http.MethodPost, "/annotation-queues/{id}/items/add", changeItems((*store.Queue).Put))),
		with("removeItemsFromAnnotationQueue", http.MethodPost, "/annotation-queues/{id}/items/delete", changeItems((*store.Queue).Take)),
		without("lockAnnotationQueueItem", http.MethodPut, "/annotation-queues/{queueId}/items/{itemId}/lock", lockItem),
		get("getAnnotationQueueLocks", "/annotation-queues/{queueId}/locks", queueLocks),
	}
}

var queueSorting = []string{"id", "name", "description", "project_id", "scope", "created_at", "created_by", "last_updated_at", "last_updated_by"}

var queueFilters = filter.Fields{
	"id": {Type: filter.StringExact}, "project_id": {Type: filter.StringExact},
	"name": {Type: filter.String}, "description": {Type: filter.String}, "instructions": {Type: filter.String},
	"scope": {Type: filter.Enum}, "feedback_definition_names": {Type: filter.List},
	"created_at": {Type: filter.DateTime}, "created_by": {Type: filter.String},
	"last_updated_at": {Type: filter.DateTime}, "last_updated_by": {Type: filter.String},
}

// queueFields are what creation and update have in common.
var queueFields = validate.Shape{
	{Name: "description", Kind: validate.String},
	{Name: "instructions", Kind: validate.String},
	{Name: "comments_enabled", Kind: validate.Bool},
	{Name: "feedback_definition_names", Kind: validate.Strings},
	{Name: "annotators_per_item", Kind: validate.Integer, Min: "1", Max: "1000"},
	{Name: "lock_timeout_seconds", Kind: validate.Integer, Min: "1", Max: "3600"},
}

var queueWrite = append(validate.Shape{
	{Name: "id", Kind: validate.UUID},
	{Name: "project_id", Kind: validate.UUID, Required: true},
	{Name: "name", Kind: validate.String, Required: true, NotBlank: true},
	{Name: "scope", Kind: validate.String, Required: true, Enum: []string{"trace", "thread"}},
}, queueFields...)

var queueUpdate = append(validate.Shape{{Name: "name", Kind: validate.String, NotBlank: true}}, queueFields...)

var queueBatch = batchOf("annotation_queues", queueWrite)

func findQueues(c *wire.Call) (wire.Result, error) {
	return listing{filters: queueFilters, sortable: queueSorting}.page(c, func(yield func(doc.Object) bool) {
		for _, q := range c.Store.Queues() {
			v := c.Store.QueueView(q)
			if containsFold(doc.String(v, "name"), c.Query.Get("name")) && !yield(v) {
				return
			}
		}
	})
}

func createQueue(c *wire.Call) (wire.Result, error) {
	if err := c.Check(queueWrite); err != nil {
		return wire.Result{}, err
	}
	ids, err := c.Store.CreateQueues([]doc.Object{c.Body}, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.CreatedAt(ids[0]), nil
}

func createQueues(c *wire.Call) (wire.Result, error) {
	if err := c.Check(queueBatch); err != nil {
		return wire.Result{}, err
	}
	_, err := c.Store.CreateQueues(doc.Objects(c.Body, "annotation_queues"), c.User)
	return done(err)
}

// queue returns the queue of a path.
func queue(c *wire.Call, param string) (*store.Queue, error) {
	return inPath(c, param, c.Store.Queue)
}

func getQueue(c *wire.Call) (wire.Result, error) {
	q, err := queue(c, "id")
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(c.Store.QueueView(q)), nil
}

func updateQueue(c *wire.Call) (wire.Result, error) {
	id, err := c.ID("id")
	if err != nil {
		return wire.Result{}, err
	}
	if err := c.Check(queueUpdate); err != nil {
		return wire.Result{}, err
	}
	c.Store.UpdateQueue(id, c.Body, c.User)
	return wire.NoContent(), nil
}

func deleteQueues(c *wire.Call) (wire.Result, error) {
	if err := c.Check(idList); err != nil {
		return wire.Result{}, err
	}
	for _, id := range doc.Strings(c.Body, "ids") {
		c.Store.DeleteQueue(id)
	}
	return wire.NoContent(), nil
}

func changeItems(change func(*store.Queue, []string)) handler {
	return func(c *wire.Call) (wire.Result, error) {
		q, err := queue(c, "id")
		if err != nil {
			return wire.Result{}, err
		}
		if err := c.Check(idList); err != nil {
			return wire.Result{}, err
		}
		change(q, doc.Strings(c.Body, "ids"))
		return wire.NoContent(), nil
	}
}

func lockItem(c *wire.Call) (wire.Result, error) {
	q, err := queue(c, "queueId")
	if err != nil {
		return wire.Result{}, err
	}
	item, err := c.ID("itemId")
	if err != nil {
		return wire.Result{}, err
	}
	lock, err := c.Store.LockItem(q, item, c.User)
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(lock), nil
}

func queueLocks(c *wire.Call) (wire.Result, error) {
	q, err := queue(c, "queueId")
	if err != nil {
		return wire.Result{}, err
	}
	return wire.OK(doc.Object{"locks": c.Store.Locks(q)}), nil
}
