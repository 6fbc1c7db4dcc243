/// What the admin side tells.
extension EmulatorControl {
    /// The whole state, for whoever wants to compare it.
    func stateJSON() -> JSONObject {
        let (subscriptions, kept, condition) = self.state.read { graph, now in
            let subscriptions = graph.subscriptions.live(at: now).map { subscription in
                // Whoever may see the client state asks Graph, with a token.
                var object = subscription.json(showsClientState: false)
                let authorization = graph.authorizations.authorization(of: subscription.id)
                object.set("authorizedNow", authorization?.isValid(at: now) ?? true)
                object.set("authorizedUntil", authorization.flatMap { $0.isEndless ? nil : GraphDateTime.utc($0.until) })
                return object
            }
            return (
                subscriptions,
                (
                    users: graph.count(.user), messages: graph.count(.message),
                    objects: graph.contents.values.reduce(0) { $0 + $1.count }
                ),
                (deliveries: graph.deliveries.log.all.count, waiting: graph.deliveries.count, withheld: graph.withheld.count)
            )
        }
        let faults = self.faultsJSON
        var counts = JSONObject()
        counts.set("users", kept.users)
        counts.set("messages", kept.messages)
        counts.set("objects", kept.objects)
        counts.set("subscriptions", subscriptions.count)
        counts.set("deliveries", condition.deliveries)
        counts.set("waiting", condition.waiting)
        counts.set("withheld", condition.withheld)
        counts.set("faults", faults.count)
        var object = JSONObject()
        object.set("clock", self.clockJSON)
        object.set("counts", counts)
        object.set("subscriptions", subscriptions)
        object.set("endpoints", self.endpointsJSON)
        object.set("faults", faults)
        return object
    }

    var clockJSON: JSONObject {
        var object = JSONObject()
        switch self.clockMode {
        case .real:
            object.set("mode", "real")
            object.set("rate", 1)
        case .scaled(let rate):
            object.set("mode", "scaled")
            object.set("rate", rate)
        case .stepped:
            object.set("mode", "stepped")
            object.set("rate", 0)
        }
        object.set("now", GraphDateTime.utc(self.now))
        return object
    }

    var endpointsJSON: [JSONObject] {
        self.endpoints.map { endpoint in
            var object = JSONObject()
            object.set("url", endpoint.url)
            object.set("condition", endpoint.condition)
            object.set("since", endpoint.since == 0 ? nil : GraphDateTime.utc(endpoint.since))
            return object
        }
    }

    var faultsJSON: [JSONObject] { self.faults.map { FaultDescription($0.fault).json(number: $0.number) } }

    /// The keys that are served, newest first.
    var keysJSON: JSONObject {
        var object = JSONObject()
        object.set("keys", self.signingKeyIDs)
        return object
    }

    /// Lets an event happen to a subscription.
    ///
    /// - Returns: What happened, and whether its owner was told.
    func happen(
        _ event: LifecycleEvent, to id: String, _ body: () throws(GraphEmulatorError) -> Void
    ) throws(GraphEmulatorError) -> JSONObject {
        let subscription = self.state.read { graph, now in graph.subscriptions.subscription(id: id, now: now) }
        try body()
        var object = JSONObject()
        object.set("subscription", subscription?.id ?? id)
        object.set("event", event.rawValue)
        let isTold = subscription.map { event.isToldTo($0) } ?? false
        object.set("told", isTold ? subscription?.lifecycleNotificationURL : nil)
        if !isTold {
            object.set("remark", "Graph has no '\(event.rawValue)' for this resource.")
        } else if subscription?.lifecycleNotificationURL == nil {
            object.set("remark", "The subscription has no lifecycleNotificationUrl.")
        }
        return object
    }
}

extension EmulatedGraph {
    /// How many there are of a kind, in all tenants.
    fileprivate func count(_ kind: EntityKind) -> Int {
        self.contents.values.reduce(0) { sum, data in
            data.collections.reduce(sum) { $0 + ($1.key.kind == kind ? $1.value.count : 0) }
        }
    }
}

/// Without secrets.
extension EmulatedTenant {
    var json: JSONObject {
        var object = JSONObject()
        object.set("id", self.id)
        object.set("name", self.name)
        object.set(
            "users",
            self.users.map { user in
                var object = JSONObject()
                object.set("id", user.id)
                object.set("displayName", user.displayName)
                object.set("userPrincipalName", user.userPrincipalName)
                object.set("isAdministrator", user.isAdministrator)
                return object
            }
        )
        object.set("applications", self.applications.map { $0.json(in: self.id) })
        return object
    }
}

extension EmulatedApplication {
    func json(in tenantID: String) -> JSONObject {
        var object = JSONObject()
        object.set("id", self.id)
        object.set("tenantId", tenantID)
        object.set("name", self.name)
        object.set("servicePrincipalId", self.servicePrincipalID)
        object.set("applicationPermissions", self.applicationPermissions)
        object.set("delegatedPermissions", self.delegatedPermissions)
        return object
    }
}

extension DeliveryRecord {
    var json: JSONObject {
        var object = JSONObject()
        object.set("number", self.number)
        object.set("url", self.url)
        object.set("kind", self.kind.rawValue)
        object.set("subscriptions", self.subscriptions)
        object.set("items", self.items)
        object.set("startedAt", GraphDateTime.utc(self.startedAt))
        object.set("outcome", self.state.rawValue)
        object.set("attemptCount", self.attemptCount)
        object.set("attempts", self.attempts.map(\.json))
        object.set("remark", self.remark)
        return object
    }
}

extension DeliveryRecord.Attempt {
    fileprivate var json: JSONObject {
        var object = JSONObject()
        object.set("at", GraphDateTime.utc(self.at))
        object.set("latency", Int(self.latency))
        if let status { object.set("status", status) } else { object.set("status", nil) }
        object.set("outcome", self.outcome)
        return object
    }
}
