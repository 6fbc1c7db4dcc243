import GraphNotifications

/// Every change to what Graph keeps goes through here to those who watch it.
extension EmulatedGraph {
    mutating func changed(_ change: ResourceChange, now: Int64) {
        for (subscription, type) in self.subscriptions.concerned(by: change, now: now) {
            let isRich = subscription.includeResourceData == true
            // Of what was deleted there is nothing left to tell.
            let content = type == .deleted ? nil : self.content(of: change, for: subscription)
            let item = OutboundNotification(
                of: subscription, change: type, to: change, id: self.random.text(10) + "AAA", content: content,
                audience: isRich ? self.audience(of: subscription) : nil
            )
            self.notify(item, for: subscription, now: now)
        }
    }
}
