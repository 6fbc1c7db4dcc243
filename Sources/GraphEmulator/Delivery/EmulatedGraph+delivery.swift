/// From a change to the `POST` that tells of it: authorization, faults, the queue of its endpoint.
extension EmulatedGraph {
    /// Sends a change notification for a subscription, or does with it what its authorization allows.
    mutating func notify(_ item: OutboundNotification, for subscription: EmulatedSubscription, now: Int64) {
        guard !self.authorizations.isAuthorized(subscription.id, at: now) else {
            self.send(item, for: subscription, now: now)
            return
        }
        switch self.settings.authorization.expired(subscription.workload) {
        case .deliver: self.send(item, for: subscription, now: now)
        case .withhold where self.withheld.add(item, now: now): break
        case .withhold, .lose:
            self.deliveries.dropped(
                item, for: subscription.notificationURL, because: "The subscription's authorization has expired", now: now
            )
        }
    }

    /// Puts a change notification into the queue of its endpoint, as late as its kind of resource usually is.
    mutating func send(_ item: OutboundNotification, for subscription: EmulatedSubscription, now: Int64) {
        let latency = self.settings.latency.draw(for: subscription, random: &self.random)
        self.dispatch(item, for: subscription, to: subscription.notificationURL, after: latency, now: now)
    }

    /// Puts a notification into the queue of `url`, with whatever goes wrong on the way.
    mutating func dispatch(
        _ sent: OutboundNotification, for subscription: EmulatedSubscription, to url: String, after latency: Int64 = 0,
        now: Int64
    ) {
        var item = sent
        var delay = latency
        var copies = 1
        var isSwapped = false
        for effect in self.faults.effects(onItemOf: subscription.id, to: url) {
            switch effect {
            case .delay(let duration): delay += duration.milliseconds
            case .duplicate: copies += 1
            case .reorder: isSwapped = true
            case .content(let flaw): item.content?.flaw = flaw
            case .drop:
                self.deliveries.dropped(item, for: url, because: "A fault", now: now)
                return
            case .missed:
                self.deliveries.dropped(item, for: url, because: "A fault", now: now)
                // Otherwise this would go on for ever.
                if item.kind == .change { self.tell(.missed, to: subscription, now: now) }
                return
            case .removal:
                if item.kind == .change {
                    self.deliveries.dropped(item, for: url, because: "A fault", now: now)
                    self.removeSubscription(subscription.id, now: now)
                    return
                }
            case .status, .timeout, .doneButStatus, .slowAnswer, .tokens: break
            }
        }
        let turn: EndpointQueue.Turn = isSwapped ? .behindNext : delay > 0 ? .later(now + delay) : .inOrder
        for _ in 0..<copies {
            guard case .dropped(isFirst: true) = self.deliveries.add(item, to: url, turn, now: now) else { continue }
            self.tell(.missed, to: subscription, now: now)
        }
    }

    /// Everything to be sent now, and when to ask again; `nil` if only a change can bring more.
    mutating func due(now: Int64) -> (parcels: [DeliveryTable.Parcel], wake: Int64?) {
        self.passTime(now: now)
        var due = self.deliveries.due(now: now)
        for index in due.parcels.indices {
            let parcel = due.parcels[index]
            due.parcels[index].effects = self.faults.effects(
                onPostOf: parcel.batch.items.lazy.map(\.subscriptionID), to: parcel.url
            )
        }
        return (due.parcels, [due.wake, self.nextOfTime].compactMap(\.self).min())
    }

    /// Reports what became of a parcel.
    mutating func finished(
        _ parcel: DeliveryTable.Parcel, _ outcome: EndpointQueue.Outcome, after latency: Int64, now: Int64
    ) -> EndpointQueue.Verdict {
        let verdict = self.deliveries.finished(parcel, outcome, after: latency, now: now)
        guard verdict == .lost else { return verdict }
        var told: Set<String> = []
        for item in parcel.batch.items where item.kind == .change && told.insert(item.subscriptionID).inserted {
            guard let subscription = self.subscriptions.subscription(id: item.subscriptionID, now: now) else { continue }
            self.tell(.missed, to: subscription, now: now)
        }
        return verdict
    }

    /// When something will be due without anybody asking; `nil` if nothing will.
    mutating func nextMoment() -> Int64? {
        [self.deliveries.nextMoment, self.nextOfTime].compactMap(\.self).min()
    }

    /// Whether everything that is due has been sent and answered.
    mutating func isSettled(at now: Int64) -> Bool {
        self.deliveries.inFlight == 0 && self.nextMoment().map { $0 > now } ?? true
    }

    private var nextOfTime: Int64? {
        mutating get {
            [self.authorizations.nextMoment, self.withheld.nextMoment, self.activity?.next].compactMap(\.self).min()
        }
    }
}
