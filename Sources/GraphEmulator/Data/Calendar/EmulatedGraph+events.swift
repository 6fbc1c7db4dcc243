import HTTPTypes

/// Events of calendars. There are no series.
extension EmulatedGraph {
    mutating func createEvent(_ accepted: JSONMembers, in scope: EntityScope, now: Int64) throws(GraphRefusal) -> Entity {
        var members = accepted
        try Self.checkTimes(members["start"], members["end"])
        var scope = scope
        scope.container = scope.container ?? self.data(of: scope.tenantID).defaultCalendar(of: scope.key.owner)?.id
        if let owner = self.data(of: scope.tenantID).user(scope.key.owner) { members["organizer"] = MailAddress(owner).json }
        members["iCalUId"] = .string("040000008200E00074C5B7101A82E008\(self.random.hex(48).uppercased())")
        return self.stirred(try self.insert(members, in: scope, now: now), in: scope, now: now)
    }

    mutating func updateEvent(
        _ id: String, with members: JSONMembers, in scope: EntityScope, now: Int64
    ) throws(GraphRefusal) -> Entity {
        let event = try self.entity(id, in: scope)
        try Self.checkTimes(members["start"] ?? event.members["start"], members["end"] ?? event.members["end"])
        let updated = try self.update(id, in: scope, with: members, now: now)
        return updated == event ? event : self.stirred(updated, in: scope, now: now)
    }

    /// Saves an event again as often as the configuration says: one action of a user is several changes for Outlook.
    private mutating func stirred(_ event: Entity, in scope: EntityScope, now: Int64) -> Entity {
        var event = event
        for _ in 0..<max(0, self.settings.quirks.eventStorm) {
            event = self.replace(event, with: event, in: scope, now: now)
        }
        return event
    }

    private static func checkTimes(_ start: JSONValue?, _ end: JSONValue?) throws(GraphRefusal) {
        let probe = Entity(id: "", changeKey: "", members: ["start": start ?? .null, "end": end ?? .null], now: 0)
        guard probe.span != nil else {
            throw GraphRefusal(
                .badRequest, "ErrorPropertyValidationFailure",
                "At least one property failed validation: 'start' and 'end' need a dateTime each, and the end is not before the start."
            )
        }
    }
}
