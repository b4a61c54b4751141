import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Touches } from "./useTouches";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("it waits for what two debounces, one behind the other, hold back", async () => {
	const touches = new Touches();
	const order: string[] = [];
	touches.touch();
	setTimeout(() => setTimeout(() => order.push("stroke"), 100), 100);
	void touches.told().then(() => order.push("told"));
	await vi.advanceTimersByTimeAsync(1000);
	expect(order).toEqual(["stroke", "told"]);
	expect(touches.telling).toBe(false);
});

test("a later touch is waited for, too, and where nobody touched anything there is no wait", async () => {
	const touches = new Touches();
	await touches.told();
	const told = vi.fn();
	touches.touch();
	void touches.told().then(told);
	await vi.advanceTimersByTimeAsync(250);
	touches.touch();
	await vi.advanceTimersByTimeAsync(250);
	expect(told).not.toHaveBeenCalled();
	await vi.advanceTimersByTimeAsync(250);
	expect(told).toHaveBeenCalled();
});
