import NIOHTTP1
import Testing

@testable import GraphNotifications

@Suite struct GraphOperationTests {
    @Test(arguments: [
        (HTTPMethod.POST, "subscriptions", GraphOperation.write), (.PATCH, "/subscriptions/x", .write),
        (.DELETE, "subscriptions/x", .write), (.POST, "subscriptions/x/reauthorize", .reauthorize),
        (.GET, "subscriptions/x", .read), (.GET, "/subscriptions?$skiptoken=a/b", .list), (.GET, "users/x", .other),
        (.GET, "subscriptionsLike", .other), (.POST, "$batch", .other),
    ])
    func isWhatGraphCounts(method: HTTPMethod, path: String, operation: GraphOperation) {
        #expect(GraphOperation(method, path) == operation)
    }

    @Test(arguments: [
        ("/users/Ann/messages/1?$select=id", "users/ann"), ("subscriptions", "subscriptions"),
        ("users('ann')/messages", "users('ann')/messages"), ("", ""),
    ])
    func failuresBelongToAnOwner(path: String, owner: String) {
        #expect(GraphCall.owner(of: path) == owner)
    }
}
