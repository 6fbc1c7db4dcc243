import HTTPTypes
import Hummingbird
import NIOCore

#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Answers every request to the emulator's admin side, which is clearly not Graph: another port, and paths of its own.
struct AdminResponder: HTTPResponder {
    typealias Context = BasicRequestContext

    let control: EmulatorControl
    /// Where it listens.
    let host: String

    func respond(to request: Request, context: Context) async throws -> Response {
        do throws(AdminRefusal) {
            // Without this a page from elsewhere could reach the emulator through the user's browser.
            guard self.isOwn(authority: request.head.authority ?? "127.0.0.1", origin: request.headers[.origin]) else {
                throw .foreignPage
            }
            var asked = EmulatorRequest(request.method, request.head.path ?? "/", fields: request.headers, body: ByteBuffer())
            let route = try AdminRoute(path: asked.path)
            guard route.methods.contains(asked.method) else { throw .methodNotAllowed(route.methods) }
            asked.body = try await self.body(of: request, limit: route.bodyLimit)
            return try await self.answer(route, asked)
        } catch {
            return AdminAnswer.refusal(error)
        }
    }

    /// Whether a request is for this machine, and from no page but the one that is served here.
    ///
    /// A page from elsewhere can let a browser call a name that leads here, but not an address that is none of its own.
    private func isOwn(authority: String, origin: String?) -> Bool {
        guard origin.map({ $0.lowercased() == "http://\(authority.lowercased())" }) ?? true else { return false }
        guard !Loopback.contains(authority: authority) else { return true }
        guard !Loopback.contains(host: self.host) else { return false }
        let name =
            authority.hasPrefix("[")
            ? String(authority.dropFirst().prefix { $0 != "]" }) : String(authority.prefix { $0 != ":" })
        return name.lowercased() == self.host.lowercased() || (try? SocketAddress(ipAddress: name, port: 0)) != nil
    }

    private func body(of request: Request, limit: Int) async throws(AdminRefusal) -> ByteBuffer {
        do {
            return try await request.body.collect(upTo: limit)
        } catch is NIOTooManyBytesError {
            throw AdminRefusal(.contentTooLarge, "The body has more than \(limit) bytes.")
        } catch {
            throw AdminRefusal("The body broke off.")
        }
    }

    private func answer(_ route: AdminRoute, _ request: EmulatorRequest) async throws(AdminRefusal) -> Response {
        if route != .deliveries, let name = request.query.keys.min() { throw .unknown(name, what: "parameter", among: []) }
        do {
            return switch request.method {
            case .get: try self.read(route, request)
            case .delete: try self.delete(route)
            default: try await self.change(route, request.body)
            }
        } catch let error as AdminRefusal {
            throw error
        } catch let error as GraphEmulatorError {
            throw AdminRefusal(error)
        } catch {
            throw AdminRefusal(.internalServerError, "Something unexpected failed (\(type(of: error))).")
        }
    }

    private func read(_ route: AdminRoute, _ request: EmulatorRequest) throws -> Response {
        switch route {
        case .page: return AdminAnswer.text(ControlPage.html, type: "text/html; charset=utf-8")
        case .script: return AdminAnswer.text(ControlPage.script, type: "text/javascript; charset=utf-8")
        case .style: return AdminAnswer.text(ControlPage.style, type: "text/css; charset=utf-8")
        case .live: return AdminAnswer.text("ok\n", type: "text/plain; charset=utf-8")
        case .about: return AdminAnswer.json(self.about)
        case .state: return AdminAnswer.json(self.control.stateJSON())
        case .clock: return AdminAnswer.json(self.control.clockJSON)
        case .endpoints: return AdminAnswer.list("endpoints", self.control.endpointsJSON)
        case .faults: return AdminAnswer.list("faults", self.control.faultsJSON)
        case .deliveries:
            let filter = try DeliveryFilter(request.query)
            if request.fields[values: .accept].contains(where: { $0.lowercased().contains("text/event-stream") }) {
                let after = request.fields[.lastEventID].flatMap { Int($0) } ?? 0
                return AdminAnswer.events(DeliveryEvents(state: self.control.state, filter: filter, after: after))
            }
            return AdminAnswer.list("deliveries", filter.page(of: self.control.deliveries()).map(\.json))
        case .tenants: return AdminAnswer.list("tenants", self.control.tenants.map(\.json))
        case .keys: return AdminAnswer.json(self.control.keysJSON)
        case .reset, .seed, .advance, .activity, .throttle, .fault, .subscription, .grant, .revoke:
            throw AdminRefusal.methodNotAllowed(route.methods)
        }
    }

    private func delete(_ route: AdminRoute) throws -> Response {
        switch route {
        case .fault(let number):
            guard self.control.removeFault(number) else { throw AdminRoute.noFault("\(number)") }
        case .throttle: self.control.endThrottling()
        default: self.control.removeAllFaults()
        }
        return AdminAnswer.nothing
    }

    private func change(_ route: AdminRoute, _ body: ByteBuffer) async throws -> Response {
        switch route {
        case .reset:
            _ = try NoInput(body)
            self.control.reset()
            return AdminAnswer.nothing
        case .seed:
            try self.control.reset(to: try EmulatedSeed(json: Data(body.readableBytesView)))
            return AdminAnswer.list("tenants", self.control.tenants.map(\.json))
        case .keys:
            _ = try NoInput(body)
            try self.control.rotateSigningKey()
            return AdminAnswer.json(self.control.keysJSON, .created)
        case .grant, .revoke:
            let input = try PermissionInput(body)
            let change = route == .grant ? self.control.grant : self.control.revoke
            let (tenantID, application) = try change(
                input.permission, input.application, input.tenant, input.delegated ?? false
            )
            return AdminAnswer.json(application.json(in: tenantID))
        case .clock:
            try self.control.setClock(try ClockInput(body).read())
            return AdminAnswer.json(self.control.clockJSON)
        case .advance:
            try await self.control.advance(by: try AdvanceInput(body).by.duration)
            return AdminAnswer.json(self.control.clockJSON)
        case .activity:
            let times = try ActivityInput(body).times ?? 1
            guard (1...ActivityInput.mostTimes).contains(times) else {
                throw AdminRefusal("'times' must be a number from 1 to \(ActivityInput.mostTimes).")
            }
            self.control.act(times: times)
            return AdminAnswer.nothing
        case .faults:
            let description = try FaultDescription(body)
            let fault = try description.fault()
            if let id = description.subscription { try self.require(id) }
            let number = try self.control.set(fault)
            return self.fault(number)
        case .throttle:
            let input = try ThrottleInput(body)
            return self.fault(try self.control.throttle(input.count, retryAfter: try input.hint()))
        case .subscription(let id, let action): return try self.act(action, on: id, body)
        default: throw AdminRefusal.methodNotAllowed(route.methods)
        }
    }

    private func act(_ action: AdminRoute.Action, on id: String, _ body: ByteBuffer) throws -> Response {
        let control = self.control
        try self.require(id)
        switch action {
        case .authorization:
            let duration = try AuthorizationInput(body).endsIn?.duration ?? .zero
            try control.endAuthorization(of: id, in: duration)
            var object = JSONObject()
            object.set("subscription", id)
            object.set("authorizedUntil", GraphDateTime.utc(control.now + duration.milliseconds))
            return AdminAnswer.json(object)
        case .remove:
            _ = try NoInput(body)
            return AdminAnswer.json(
                try control.happen(.subscriptionRemoved, to: id) { () throws(GraphEmulatorError) in
                    try control.removeSubscription(id)
                })
        case .reauthorize:
            let isRevoked = try ReauthorizeInput(body).revoke ?? false
            return AdminAnswer.json(
                try control.happen(.reauthorizationRequired, to: id) { () throws(GraphEmulatorError) in
                    try control.requireReauthorization(of: id, isRevoked: isRevoked)
                })
        case .lose:
            guard let next = try LoseInput(body).next else {
                return AdminAnswer.json(
                    try control.happen(.missed, to: id) { () throws(GraphEmulatorError) in try control.missed(id) })
            }
            return self.fault(try control.lose(id, count: next))
        }
    }

    /// Throws if no such subscription lives, and says which may have been meant.
    private func require(_ id: String) throws {
        let ids = self.control.state.read { graph, now in
            graph.subscriptions.subscription(id: id, now: now) == nil ? graph.subscriptions.live(at: now).map(\.id) : nil
        }
        guard let ids else { return }
        guard let meant = Suggestion.nearest(to: id, among: ids) else { throw GraphEmulatorError.unknownSubscription(id) }
        throw AdminRefusal(.notFound, "There is no subscription '\(id.prefix(64))'; did you mean '\(meant)'?")
    }

    private func fault(_ number: Int) -> Response {
        let fault = self.control.faults.first { $0.number == number }?.fault
        return AdminAnswer.json(fault.map { FaultDescription($0).json(number: number) } ?? JSONObject(), .created)
    }

    private var about: JSONObject {
        var object = JSONObject()
        object.set("graph", self.control.state.graphURL)
        object.set(
            "mailboxes",
            self.control.state.read { graph, _ in
                graph.people(of: graph.tenants[0].id).compactMap { $0.text("userPrincipalName") }
            }
        )
        return object
    }
}
