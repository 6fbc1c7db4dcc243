import JSONBytes
import NIOCore

/// What one look at a body says before it is stored. No string is made for it.
enum NotificationCheck: Equatable {
    /// It is not JSON, or has no array `value`.
    case notACollection
    /// It has more items than anybody would send who means well.
    case tooMany
    /// There is nothing in it.
    case empty
    /// Each item is of a subscription we know, and none knows its secret.
    case forged
    /// At least one item deserves a closer look.
    case acceptable

    /// - Parameters:
    ///   - body: The body of a `POST`.
    ///   - maximumItems: How many items it may have.
    ///   - isForged: Whether an item with this subscription id and client state, where it has them, is certainly not Graph's.
    ///     It is also told whether the item tells of a change, and not of the subscription itself.
    static func of(
        _ body: ByteBuffer, maximumItems: Int = .max,
        isForged: (_ subscriptionID: JSONStringSlice?, _ clientState: JSONStringSlice?, _ isChange: Bool) -> Bool
    ) -> NotificationCheck {
        body.withUnsafeReadableBytes { bytes in
            var isCollection = false
            var items = 0
            var forged = 0
            var reader = JSONReader(bytes)
            do throws(JSONError) {
                try reader.readObject { reader, name throws(JSONError) in
                    guard name.equalsIgnoringCase("value") else {
                        try reader.skip()
                        return
                    }
                    isCollection = true
                    try reader.readArray { reader throws(JSONError) in
                        items += 1
                        guard try reader.peek() == .object else {
                            try reader.skip()
                            return
                        }
                        var subscriptionID: JSONStringSlice?
                        var clientState: JSONStringSlice?
                        var isChange = true
                        try reader.readObject { reader, name throws(JSONError) in
                            if name.equalsIgnoringCase("subscriptionId") {
                                subscriptionID = try reader.readSliceIfPresent()
                            } else if name.equalsIgnoringCase("clientState") {
                                clientState = try reader.readSliceIfPresent()
                            } else {
                                if name.equalsIgnoringCase("lifecycleEvent") { isChange = false }
                                try reader.skip()
                            }
                        }
                        if isForged(subscriptionID, clientState, isChange) { forged += 1 }
                    }
                }
                try reader.finish()
            } catch {
                return .notACollection
            }
            guard isCollection else { return .notACollection }
            guard items > 0 else { return .empty }
            guard items <= maximumItems else { return .tooMany }
            return forged == items ? .forged : .acceptable
        }
    }
}

extension JSONReader {
    fileprivate mutating func readSliceIfPresent() throws(JSONError) -> JSONStringSlice? {
        if try self.peek() == .string { return try self.readStringSlice() }
        try self.skip()
        return nil
    }
}
