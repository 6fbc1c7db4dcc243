/// Every change to what Graph keeps goes through here to those who watch it.
extension EmulatedGraph {
    mutating func changed(_ change: ResourceChange, now: Int64) {
        for (subscription, type) in self.subscriptions.concerned(by: change, now: now) {
            let item = OutboundNotification(
                of: subscription, change: type, to: change, id: self.random.text(10) + "AAA"
            )
            self.deliveries.add(item, to: subscription.notificationURL, now: now)
        }
    }
}
